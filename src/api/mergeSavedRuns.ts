import { UserError } from '../errors.js';
import { harmDone } from '../run/files/harm.js';
import { readMoments } from '../run/files/momentsFile.js';
import { readRun } from '../run/files/readRun.js';
import { runFolder } from '../run/files/runFolder.js';
import { checkTarget, writeRun } from '../run/files/writeRun.js';
import { mergeRuns } from '../run/merge/mergeRuns.js';
import type { Run } from '../run/schema.js';

/**
 * Adds up saved runs over parts of a data set, and writes the run over all of it with its moments.
 *
 * @param names directories of runs that were made with their moments.
 * @param partial whether shards of a data set may be missing; the run says which there are then.
 * @throws UserError where the runs do not belong together or have no moments, or `out` is one of them.
 */
export async function mergeSavedRuns(
  names: readonly string[],
  { out, partial }: { readonly out: string; readonly partial?: boolean },
): Promise<Run> {
  const runs = await Promise.all(names.map(async (what) => ({ path: await runFolder(what), what })));
  const harmed = await harmDone(out, { runs });
  if (harmed !== undefined) {
    throw new UserError(
      `--out ${out} would be written over ${harmed}, one of the runs to merge: name another directory`,
    );
  }
  await checkTarget(out);
  const shards = await Promise.all(
    names.map(async (name) => {
      const run = await readRun(name);
      return { name, run, moments: await readMoments(name, run) };
    }),
  );
  const { run, moments } = mergeRuns(shards, { partial });
  await writeRun(out, run, { moments });
  return run;
}
