import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { stepInPaths } from '../../report/history/steps.js';

/** A checkpoint as it lies in the folder at the moment. */
export interface Checkpoint {
  /** Relative to the folder, with `/`: `epoch_3.onnx` or `checkpoint-500/model.onnx`. */
  readonly file: string;
  /** The number of the training step in its name; absent where there is none. */
  readonly step: number | undefined;
  /** Bytes of the file and of those that begin with its name: weights that lie outside. */
  readonly size: number;
  /** When the last of these was written, in milliseconds. */
  readonly modified: number;
  /** A `<file>.done` stands beside it: whoever writes it says that it is whole. */
  readonly isDone: boolean;
}

/**
 * The `.onnx` files in a folder and in the folders right below it, by the steps in their names, then by age. Hidden
 * files, and those by other names that are renamed when they are whole, are none.
 *
 * @throws UserError where the folder cannot be read.
 */
export async function checkpointsIn(folder: string): Promise<Checkpoint[]> {
  const entries = await entriesOf(folder);
  if (entries === undefined)
    throw new UserError(
      `${folder} does not exist: name the folder that the training writes its checkpoints to`,
    );
  const found = await checkpointsAmong(folder, '', entries);
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name.startsWith('.') || /\.delve$/.test(entry.name)) continue;
    // A folder may go while it is looked at.
    const inside = await entriesOf(join(folder, entry.name));
    if (inside) found.push(...(await checkpointsAmong(folder, `${entry.name}/`, inside)));
  }
  return found.sort(earlierFirst);
}

async function entriesOf(folder: string): Promise<Dirent[] | undefined> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UserError(`${folder} cannot be read as a folder of checkpoints: ${messageOf(error)}`);
  }
}

async function checkpointsAmong(
  folder: string,
  prefix: string,
  entries: readonly Dirent[],
): Promise<Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (const { name } of entries) {
    if (!/\.onnx$/i.test(name) || name.startsWith('.')) continue;
    const stem = name.replace(/\.onnx$/i, '');
    const parts = entries.filter(
      (other) =>
        other.name === name ||
        other.name.startsWith(`${name}.`) ||
        other.name.startsWith(`${name}_`) ||
        other.name === `${stem}.data`,
    );
    const sizes = await Promise.all(
      parts.map((part) => stat(join(folder, prefix, part.name)).catch(() => undefined)),
    );
    const files = sizes.filter((each) => each?.isFile()).flatMap((each) => each ?? []);
    if (files.length === 0) continue;
    found.push({
      file: prefix + name,
      step: stepInPaths([prefix + name]),
      size: files.reduce((sum, { size }) => sum + size, 0),
      modified: Math.max(...files.map(({ mtimeMs }) => mtimeMs)),
      isDone: entries.some((other) => other.name === `${name}.done`),
    });
  }
  return found;
}

function earlierFirst(a: Checkpoint, b: Checkpoint): number {
  const [first, second] = [a.step ?? Number.POSITIVE_INFINITY, b.step ?? Number.POSITIVE_INFINITY];
  if (first !== second) return first - second;
  return a.modified - b.modified || (a.file < b.file ? -1 : 1);
}

/** Tells which checkpoints are whole: nobody has written to them for a while. */
export class Rest {
  readonly #seen = new Map<
    string,
    { readonly size: number; readonly modified: number; readonly since: number }
  >();

  /** @param settle milliseconds for which a file must stay as it is. */
  constructor(readonly settle: number) {}

  /**
   * Whether a checkpoint is whole: by its `.done`, or since its files have not changed for long enough, by what was seen of
   * them or, the first time, by their own time.
   *
   * @param now milliseconds since 1970.
   */
  isWhole({ file, size, modified, isDone }: Checkpoint, now: number): boolean {
    if (isDone) return true;
    const before = this.#seen.get(file);
    const isSame = before?.size === size && before.modified === modified;
    const since = isSame ? before.since : Math.min(now, modified);
    this.#seen.set(file, { size, modified, since });
    return size > 0 && now - since >= this.settle;
  }
}
