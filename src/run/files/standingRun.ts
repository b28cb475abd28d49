import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../errors.js';
import { isSamePath } from '../../files/samePath.js';
import { differingSettings } from '../compare/comparableSettings.js';
import type { RunData, RunModel, RunSettings } from '../schema.js';
import { settingRows } from '../settings.js';
import { shardInWords } from '../shardInWords.js';
import { readRun } from './readRun.js';
import { checkTarget } from './writeRun.js';

/** What is known of a run before its pass. */
export interface PlannedRun {
  readonly model: Pick<RunModel, 'path' | 'sha256'>;
  readonly data: Pick<RunData, 'source' | 'reader' | 'preprocessing' | 'shard'>;
  readonly settings: RunSettings;
  /** Names of the layers to observe. */
  readonly layers: readonly string[];
}

/** What becomes of another run that stands where this one is to go. */
export type OtherRun = 'replace' | 'refuse' | 'number';

/** Those that a user chooses for the sake of the result: a run made otherwise is no earlier state of this one. */
const CHOSEN = settingRows.filter(({ decides }) => decides !== 'computing');

/**
 * Where a run is to go. One that stands at `dir` is replaced where it is an earlier state of the same: of a model file
 * of that name (which may have been trained on), with the same data and settings.
 *
 * @param otherRun what to do where it is not: replace it all the same, refuse, or number the directory:
 *   `net-2.delve`, `net-3.delve` and so on.
 * @returns the directory; and, where it is not `dir`, what stands there.
 * @throws UserError where it is refused, or something else than a run stands there.
 */
export async function placeFor(
  dir: string,
  planned: PlannedRun,
  otherRun: OtherRun,
): Promise<{ readonly dir: string; readonly difference?: string }> {
  await checkTarget(dir);
  const difference = otherRun === 'replace' ? undefined : await differenceAt(dir, planned);
  if (difference === undefined) return { dir };
  if (otherRun === 'refuse') {
    throw new UserError(
      `${dir} holds another run (${difference}): name another directory with --out, or replace it with --overwrite`,
    );
  }
  for (let n = 2; ; n++) {
    const numbered = dir.replace(/(\.delve)?$/, `-${n}$1`);
    if (await isFree(numbered, planned)) return { dir: numbered, difference };
  }
}

async function isFree(dir: string, planned: PlannedRun): Promise<boolean> {
  try {
    await checkTarget(dir);
  } catch (error) {
    if (error instanceof UserError && (await lstat(dir).catch(() => undefined))) return false;
    throw error;
  }
  return (await differenceAt(dir, planned)) === undefined;
}

async function differenceAt(dir: string, planned: PlannedRun): Promise<string | undefined> {
  // Nothing there, or an empty directory: `checkTarget` has refused all else that holds no run.
  const standing = await readRun(dir).catch(() => undefined);
  if (!standing) return undefined;
  const layers = standing.layers.map(({ name }) => name);
  return differenceBetween({ ...standing, layers }, planned);
}

/** In what a run differs from one that is to be made, in words; `undefined` where that is the same one made again. */
export async function differenceBetween(
  standing: PlannedRun,
  planned: PlannedRun,
): Promise<string | undefined> {
  const { model, data, settings, layers } = planned;
  const differs = (what: string, there: string, here: string) => `${what} ${there} there, ${here} here`;
  const [was, is] = [standing.model.path, model.path].map((path) => basename(path.replaceAll('\\', '/')));
  if (was !== is) return differs('model', was, is);
  const { source } = standing.data;
  if (source !== data.source && !(await isSamePath(source, data.source))) {
    return differs('data', source, data.source);
  }
  if (standing.data.reader !== data.reader) return differs('reader', standing.data.reader, data.reader);
  if (!isDeepStrictEqual(plain(standing.data.preprocessing), plain(data.preprocessing))) {
    return 'its data were prepared otherwise';
  }
  const [there, here] = [standing.data.shard, data.shard];
  if (shardInWords(there) !== shardInWords(here)) {
    return differs('shard', shardInWords(there), shardInWords(here));
  }
  if (there && here && there.block !== here.block) {
    return `it was dealt out by batches of ${there.block} there, of ${here.block} here`;
  }
  const [setting] = differingSettings(standing.settings, settings, CHOSEN);
  if (setting) return differs(setting.setting, setting.before, setting.after);
  // Of another state of the model the layers may be others.
  if (standing.model.sha256 === model.sha256 && !isDeepStrictEqual(standing.layers, layers)) {
    return 'other layers were chosen for it';
  }
  return undefined;
}

/** As it is read back from a file. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? {}));
