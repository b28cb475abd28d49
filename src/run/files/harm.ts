import { stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { placeIn } from '../../data/readers/hdf5/place.js';
import { isSamePath, realPlace } from '../../files/samePath.js';
import type { Run } from '../schema.js';
import { EMBEDDING_FILE } from './embeddingFile.js';
import { MOMENTS_FILE } from './momentsFile.js';
import { RUN_FILE } from './readRun.js';
import { runFolder } from './runFolder.js';

/** What a command reads: nothing that it writes may stand there. Each has a name for messages, such as `the model`. */
export interface Reads {
  /** Directories of runs, or their `run.json`: nothing is written into them either. */
  readonly runs?: readonly { readonly path: string; readonly what: string }[];
  readonly files?: readonly { readonly path: string; readonly what: string }[];
  /** Sources as `--data` has them. */
  readonly data?: readonly string[];
}

/** The files that runs are made of. */
const RUN_FILES: readonly string[] = [RUN_FILE, MOMENTS_FILE, EMBEDDING_FILE];

/** What readers of folders look at; other files in a folder of data are none. */
const READ_IN_FOLDERS = /^\.(png|jpe?g|webp|tiff?|gif|avif|pb)$/i;

/**
 * What would be lost or spoiled by writing a file.
 *
 * @param output the file or folder to be written.
 * @returns its name for messages; `undefined` where there is no harm.
 */
export async function harmDone(output: string, reads: Reads): Promise<string | undefined> {
  const place = await realPlace(output);
  for (const { path, what } of reads.runs ?? []) {
    if (isWithin(await realPlace(await ownPlace(path)), place)) return what;
  }
  for (const { path, what } of reads.files ?? []) if (await isSamePath(path, place)) return what;
  const isFile = (await stat(place).catch(() => undefined))?.isFile() ?? false;
  if (!isFile) return undefined;
  for (const source of (reads.data ?? []).flatMap(pathsIn)) {
    const data = await realPlace(source);
    const isData = place === data || (isWithin(data, place) && READ_IN_FOLDERS.test(extname(place)));
    if (isData) return `the data ${source}`;
  }
  if (RUN_FILES.includes(basename(place)) && (await isThere(join(dirname(place), RUN_FILE)))) {
    return `the run ${dirname(output)}`;
  }
  return undefined;
}

/** What was read to make saved runs, and the runs themselves. */
export function readsOf(runs: readonly Run[], folders: readonly string[]): Reads {
  return {
    runs: folders.map((path) => ({ path, what: `the run ${path}` })),
    files: runs.map(({ model }) => ({ path: model.path, what: `the model ${model.path}` })),
    data: runs.flatMap(({ data }) => [data.source, ...data.source.split(', ')]),
  };
}

/** `run.json` of `x.delve` stands for all of it; of any other folder (`analyze --json > run.json`), for itself. */
async function ownPlace(run: string): Promise<string> {
  const folder = await runFolder(run);
  return folder === run || resolve(folder).endsWith('.delve') ? folder : run;
}

/** `<input>=<source>` may also be a path with a `=` in it. */
function pathsIn(source: string): string[] {
  const equals = source.indexOf('=');
  return (equals < 0 ? [source] : [source, source.slice(equals + 1)]).map((path) => placeIn(path).file);
}

/** Whether a path is a folder's or lies in it. */
function isWithin(folder: string, path: string): boolean {
  const below = relative(resolve(folder), path);
  return below === '' || !(/^\.\.([/\\]|$)/.test(below) || isAbsolute(below));
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
