import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { readRun } from '../../run/files/readRun.js';
import type { Run } from '../../run/schema.js';
import { isRecord } from '../../shape/jsonShape.js';
import { writeOutputs } from '../outputFiles.js';

/** What came of one checkpoint. */
export interface SeriesEntry {
  /** Relative to the folder of checkpoints. */
  readonly file: string;
  readonly step: number;
  /** Of the files when they were analysed: others mean another checkpoint by the same name. */
  readonly size: number;
  readonly modified: number;
  /** Folders of its runs inside the series, by split; none where it failed. */
  readonly runs: readonly string[];
  readonly verdict: Verdict;
  /** What kept it from having a run, in words. */
  readonly error?: string;
}

/** What the rules say of a checkpoint: `none` where there are no rules, `error` where it could not be analysed. */
export type Verdict = 'pass' | 'fail' | 'none' | 'error';

/** The file that says what a series holds. */
export const SERIES_FILE = 'series.json';

const VERSION = 1;

/** The runs of a training's checkpoints, in a folder of their own. */
export class Series {
  readonly #entries: SeriesEntry[];

  private constructor(
    readonly folder: string,
    readonly made: Readonly<Record<string, unknown>>,
    entries: readonly SeriesEntry[],
  ) {
    this.#entries = [...entries];
  }

  /**
   * Opens a series, or begins one.
   *
   * @param made everything that changes the numbers: a series holds runs of one making.
   * @throws UserError where the folder holds something else, or a series made otherwise.
   */
  static async open(folder: string, made: Readonly<Record<string, unknown>>): Promise<Series> {
    // As it will be read back.
    const own: unknown = JSON.parse(JSON.stringify(made));
    if (!isRecord(own)) throw new TypeError('what a series is made from is no record');
    const text = await textOf(join(folder, SERIES_FILE));
    if (text === undefined) {
      await requireEmpty(folder);
      return new Series(folder, own, []);
    }
    const stored = parsed(text, folder);
    const differing = [...new Set([...Object.keys(own), ...Object.keys(stored.made)])].filter(
      (key) => JSON.stringify(own[key]) !== JSON.stringify(stored.made[key]),
    );
    if (differing.length > 0) {
      throw new UserError(
        `the series in ${folder} was made with other options (${differing.join(', ')}): give the same, or name another folder with --out`,
      );
    }
    return new Series(folder, own, stored.entries);
  }

  /**
   * A series as it is stored, whatever it was made from.
   *
   * @returns `undefined` where the folder holds none.
   * @throws UserError where its file is damaged.
   */
  static async read(folder: string): Promise<Series | undefined> {
    const text = await textOf(join(folder, SERIES_FILE));
    if (text === undefined) return undefined;
    const { made, entries } = parsed(text, folder);
    return new Series(folder, made, entries);
  }

  /** In the order of their steps. */
  get entries(): readonly SeriesEntry[] {
    return this.#entries.toSorted((a, b) => a.step - b.step);
  }

  /** What came of a checkpoint, if it is still the same files. */
  entryOf({
    file,
    size,
    modified,
  }: Pick<SeriesEntry, 'file' | 'size' | 'modified'>): SeriesEntry | undefined {
    return this.#entries.find(
      (entry) => entry.file === file && entry.size === size && entry.modified === modified,
    );
  }

  /** The step of a checkpoint: by its name, or the next one. */
  stepFor(file: string, step: number | undefined): number {
    const before = this.#entries.find((entry) => entry.file === file);
    if (before) return before.step;
    const taken = new Set(this.#entries.map((entry) => entry.step));
    if (step !== undefined && !taken.has(step)) return step;
    return taken.size === 0 ? (step ?? 0) : Math.max(...taken) + 1;
  }

  /** Puts what came of a checkpoint in the place of what came of it before, and stores it. */
  async record(entry: SeriesEntry): Promise<void> {
    const at = this.#entries.findIndex(({ file }) => file === entry.file);
    if (at < 0) this.#entries.push(entry);
    else this.#entries[at] = entry;
    await this.begin();
  }

  /** Stores the series as it is. */
  async begin(): Promise<void> {
    await mkdir(this.folder, { recursive: true }).catch((error: unknown) => {
      throw new UserError(`--out ${this.folder} cannot be a folder (${messageOf(error)}): name another`);
    });
    const content = `${JSON.stringify({ version: VERSION, made: this.made, checkpoints: this.entries }, null, 2)}\n`;
    await writeOutputs([{ path: join(this.folder, SERIES_FILE), content }], { makeFolders: false });
  }

  /** The runs of a split, by step; a run that is not there any more is left out. */
  async runs(split?: string): Promise<SeriesRun[]> {
    return this.#read(this.entries, split);
  }

  /** The runs of one checkpoint. */
  async runsOf(file: string): Promise<SeriesRun[]> {
    return this.#read(this.#entries.filter((entry) => entry.file === file));
  }

  async #read(entries: readonly SeriesEntry[], split?: string): Promise<SeriesRun[]> {
    const found: SeriesRun[] = [];
    for (const { runs, step, file } of entries) {
      for (const name of runs) {
        const folder = join(this.folder, name);
        const run = await readRun(folder).catch((error: unknown) => {
          if (error instanceof UserError) return undefined;
          throw error;
        });
        if (run && (split === undefined || run.settings.split === split)) {
          found.push({ run, step, file, folder, name: name.replace(/\.delve$/, '') });
        }
      }
    }
    return found;
  }
}

/** One run of a series. */
export interface SeriesRun {
  readonly run: Run;
  readonly step: number;
  readonly file: string;
  readonly folder: string;
  readonly name: string;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
  }
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new UserError(`--out ${folder} cannot be a folder for a series: ${messageOf(error)}`);
  });
  if (names.length > 0) {
    throw new UserError(
      `--out ${folder} holds other files and no ${SERIES_FILE}: name a new folder, or one that delve watch made`,
    );
  }
}

function parsed(text: string, folder: string): { made: Record<string, unknown>; entries: SeriesEntry[] } {
  const wrong = (reason: string) =>
    new UserError(`${join(folder, SERIES_FILE)} ${reason}: restore it, or name another folder with --out`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(`is not JSON (${messageOf(error)})`);
  }
  if (!isRecord(value) || value.version !== VERSION) throw wrong(`is not version ${VERSION} of a series`);
  const { made, checkpoints } = value;
  if (!isRecord(made) || !Array.isArray(checkpoints) || !checkpoints.every(isEntry)) {
    throw wrong('is damaged');
  }
  return { made, entries: checkpoints };
}

const verdicts: readonly unknown[] = ['pass', 'fail', 'none', 'error'] satisfies Verdict[];

function isEntry(value: unknown): value is SeriesEntry {
  return (
    isRecord(value) &&
    typeof value.file === 'string' &&
    Number.isSafeInteger(value.step) &&
    typeof value.size === 'number' &&
    typeof value.modified === 'number' &&
    Array.isArray(value.runs) &&
    value.runs.every((name) => typeof name === 'string' && /^[^/\\]+\.delve$/.test(name)) &&
    verdicts.includes(value.verdict) &&
    (value.error === undefined || typeof value.error === 'string')
  );
}
