import { basename, resolve } from 'node:path';
import { type PlannedRun, placeFor } from '../run/files/standingRun.js';
import type { AnalyzeOptions } from './analyzeOptions.js';
import { shardCalled, shardName } from './shard.js';

/**
 * Where the run of a model goes when nothing is said: `<model name>.delve` in the current directory; of a shard,
 * `<model name>.shard-3-of-16.delve`.
 */
export function defaultTarget(model: string, shard?: string): string {
  const name = basename(model).replace(/\.onnx$/i, '');
  return resolve(`${shard === undefined ? name : shardName(name, shardCalled(shard))}.delve`);
}

/** Where the run goes, decided before hours of work. */
export async function chosenTarget(
  { out, otherRun = 'replace', onTarget, onNotice }: AnalyzeOptions,
  planned: PlannedRun,
): Promise<string | undefined> {
  if (out === undefined) return undefined;
  const { dir, difference } = await placeFor(out, planned, otherRun);
  if (difference !== undefined) {
    onNotice?.(`${basename(out)} holds another run (${difference}): this one goes to ${basename(dir)}`);
  }
  onTarget?.(dir);
  return dir;
}
