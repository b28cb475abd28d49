import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PassState } from '../../engine/observe.js';
import { messageOf, UserError } from '../../errors.js';
import { requireRegular } from '../../files/regularFile.js';
import { providers } from '../../run/settingValues.js';
import {
  arrayOf,
  finite,
  isRecord,
  objectOf,
  oneOf,
  optional,
  orNull,
  string,
  wholeFrom,
} from '../../shape/jsonShape.js';
import { version } from '../../version.js';
import type { Work } from './work.js';

/** What names the moments of a checkpoint; it takes the place of the one before in one step. */
const STATE_FILE = 'state.json';
const TEMPORARY = `${STATE_FILE}.tmp`;
const MOMENTS = /^moments-(\d+)-\d+\.safetensors$/;

/** A pass that was left, and what it was of. */
export interface Checkpoint {
  readonly work: Work;
  readonly state: PassState;
}

const whole = wholeFrom(0);
const pairs = arrayOf(arrayOf(() => {}));
const checkpointShape = objectOf({
  delve: string,
  work: objectOf({ planned: objectOf({}), options: objectOf({}) }),
  state: objectOf({
    samples: whole,
    batches: whole,
    number: whole,
    turn: whole,
    seconds: finite,
    provider: oneOf(...providers),
    from: objectOf({
      draws: arrayOf(orNull(whole)),
      rows: whole,
      given: whole,
      skipped: whole,
      labels: pairs,
      skippedSamples: arrayOf(objectOf({ origin: string, reason: string })),
    }),
    workers: arrayOf(
      objectOf({
        file: string,
        state: objectOf({
          layers: arrayOf(
            objectOf({
              name: string,
              features: optional(whole),
              groups: optional(wholeFrom(1)),
              firstRows: whole,
              invalid: optional(objectOf({ batch: whole, reason: string })),
            }),
          ),
          batches: whole,
          skipped: whole,
          skippedOrigins: arrayOf(string),
          answers: objectOf({ width: whole, labels: pairs }),
        }),
      }),
    ),
  }),
});

/**
 * A directory that holds the last state of a pass. Whatever happens while a new one is written, the last that was whole can
 * be read: moments go to files of new names, then one file that names them takes the place of the one before.
 */
export class CheckpointFolder {
  constructor(readonly path: string) {}

  /**
   * @returns `undefined` where there is none.
   * @throws UserError where it cannot be read.
   */
  async read(): Promise<Checkpoint | undefined> {
    const file = join(this.path, STATE_FILE);
    try {
      await requireRegular(file);
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      if (isRecord(value) && typeof value.delve === 'string' && value.delve !== version) {
        throw new UserError(`it was made by delve ${value.delve}, this is ${version}`);
      }
      checkpointShape(value, '');
      return revived(value as StoredCheckpoint, this.path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new UserError(
        `the checkpoint ${this.path} cannot be resumed: ${messageOf(error)}; leave out --resume to begin again`,
        { cause: error },
      );
    }
  }

  /**
   * @param save writes the moments of each worker to the file that it is given.
   * @throws UserError where the file system refuses; then the state before stands.
   */
  async write(
    work: Work,
    save: (fileOf: (worker: number) => string) => Promise<PassState>,
  ): Promise<PassState> {
    let generation = 0;
    try {
      await mkdir(this.path, { recursive: true });
      const old = await this.#momentFiles();
      generation = 1 + Math.max(0, ...old.map(({ generation }) => generation));
      const state = await save((worker) => join(this.path, `moments-${generation}-${worker}.safetensors`));
      await this.#replaceState(`${JSON.stringify({ delve: version, work, state: stored(state) })}\n`);
      for (const { name } of old) await rm(join(this.path, name), { force: true });
      return state;
    } catch (error) {
      for (const { name } of await this.#momentFiles(generation)) {
        await rm(join(this.path, name), { force: true }).catch(() => {});
      }
      if (error instanceof UserError || !(error instanceof Error) || !('syscall' in error)) throw error;
      throw new UserError(error.message, { cause: error });
    }
  }

  /** Takes away what is a checkpoint's, and the directory where nothing else lies there. */
  async remove(): Promise<void> {
    const names = [STATE_FILE, TEMPORARY, ...(await this.#momentFiles()).map(({ name }) => name)];
    for (const name of names) await rm(join(this.path, name), { force: true });
    await rmdir(this.path);
  }

  async #replaceState(text: string): Promise<void> {
    const temporary = join(this.path, TEMPORARY);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.path, STATE_FILE));
    const directory = await open(this.path, 'r').catch(() => undefined);
    await directory?.sync().catch(() => {});
    await directory?.close();
  }

  /** Of one generation, or of all. */
  async #momentFiles(wanted?: number): Promise<{ name: string; generation: number }[]> {
    const names = await readdir(this.path).catch((): string[] => []);
    return names.flatMap((name) => {
      const [, number] = MOMENTS.exec(name) ?? [];
      const generation = Number(number);
      return number === undefined || (wanted !== undefined && generation !== wanted)
        ? []
        : [{ name, generation }];
    });
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

type StoredState = Omit<PassState, 'from'> & {
  readonly from: Omit<PassState['from'], 'labels' | 'draws'> & {
    readonly labels: readonly [string, number][];
    /** `null`: all that there are, for which JSON has no number. */
    readonly draws: readonly (number | null)[];
  };
};

interface StoredCheckpoint {
  readonly work: Work;
  readonly state: StoredState;
}

/** Maps are lists of pairs there, and files are named within the directory, which may be moved. */
function stored({ from, workers, ...rest }: PassState): StoredState {
  return {
    ...rest,
    from: {
      ...from,
      labels: [...from.labels],
      draws: from.draws.map((draw) => (Number.isFinite(draw) ? draw : null)),
    },
    workers: workers.map(({ file, state }) => ({ file: basename(file), state })),
  };
}

function revived({ work, state }: StoredCheckpoint, folder: string): Checkpoint {
  const { from, workers, ...rest } = state;
  return {
    work,
    state: {
      ...rest,
      from: {
        ...from,
        labels: new Map(from.labels),
        draws: from.draws.map((draw) => draw ?? Number.POSITIVE_INFINITY),
      },
      workers: workers.map(({ file, state }) => ({ file: join(folder, basename(file)), state })),
    },
  };
}
