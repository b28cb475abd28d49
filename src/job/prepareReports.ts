import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { harmDone, type Reads } from '../run/files/harm.js';
import type { JobConfig } from './jobConfig.js';

/** What a job reads, and the runs that it makes: its reports must not stand there. */
export function readsOfJob(
  { file, data, baseline }: JobConfig,
  outs: readonly string[],
  models: readonly string[],
): Reads {
  return {
    runs: [
      ...outs.map((path) => ({ path, what: 'the run' })),
      ...(baseline ? [{ path: baseline, what: 'the baseline' }] : []),
    ],
    files: [
      { path: file, what: 'the file of the job' },
      ...models.map((path) => ({ path, what: 'the model' })),
    ],
    data,
  };
}

/**
 * Makes sure, before hours of work, that the reports of a job can be written without harm: makes their folders.
 *
 * @param outs where the runs of the job go.
 * @throws UserError where a report would be written over the model, the data or the file of the job, or into a run
 *   or baseline.
 */
export async function prepareReports(
  job: JobConfig,
  outs: readonly string[],
  models: readonly string[],
): Promise<void> {
  const { file, reports } = job;
  const reads = readsOfJob(job, outs, models);
  for (const [i, { output }] of reports.entries()) {
    const harmed = await harmDone(output, reads);
    if (harmed !== undefined) {
      throw new UserError(
        `${file}: reports[${i}].output would be written over ${harmed}, ${output}: name another place`,
      );
    }
    const folder = /[/\\]$/.test(output) ? output : dirname(output);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw new UserError(
        `${file}: reports[${i}].output cannot be written (${messageOf(error)}): name another place`,
        { cause: error },
      );
    });
  }
}
