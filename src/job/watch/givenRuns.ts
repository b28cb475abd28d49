import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { readRun } from '../../run/files/readRun.js';
import type { Run } from '../../run/schema.js';
import { Series } from './series.js';

/** Runs as somebody named them. */
export interface GivenRuns {
  readonly runs: readonly Run[];
  /** What to call each. */
  readonly names: readonly string[];
  /** Where each lies. */
  readonly folders: readonly string[];
  /** Of the training, one a run, where all come out of series of `delve watch`. */
  readonly steps?: readonly number[];
}

/**
 * Reads runs by the names of their directories, or of the folders of whole series.
 *
 * @param split of the data: only runs of it; all where absent.
 * @throws UserError where one is neither, a series is empty, or no run is of that split.
 */
export async function givenRuns(named: readonly string[], split?: string): Promise<GivenRuns> {
  const found: { run: Run; name: string; folder: string; step?: number }[] = [];
  for (const name of named) {
    const series = await Series.read(name);
    if (series) found.push(...(await runsOf(series, named.length > 1)));
    else found.push({ run: await readRun(name), name, folder: name });
  }
  const wanted = found.filter(({ run }) => split === undefined || run.settings.split === split);
  if (wanted.length === 0) {
    const splits = [...new Set(found.map(({ run }) => run.settings.split))];
    throw new UserError(`--split ${split}: there is no run of it here; there are ${splits.join(' and ')}`);
  }
  const steps = wanted.flatMap(({ step }) => step ?? []);
  return {
    runs: wanted.map(({ run }) => run),
    names: wanted.map(({ name }) => name),
    folders: wanted.map(({ folder }) => folder),
    ...(steps.length === wanted.length ? { steps } : {}),
  };
}

/** @param isOneOfSeveral names then say which series a run is of. */
async function runsOf(series: Series, isOneOfSeveral: boolean) {
  const runs = await series.runs();
  if (runs.length === 0) {
    throw new UserError(
      `the series in ${series.folder} has no run yet: none of its checkpoints could be analysed`,
    );
  }
  const called = (name: string) => (isOneOfSeveral ? join(series.folder, name) : name);
  return runs.map(({ run, name, folder, step }) => ({ run, name: called(name), folder, step }));
}
