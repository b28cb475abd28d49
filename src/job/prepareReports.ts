import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import type { JobConfig } from './jobConfig.js';

/**
 * Makes sure, before hours of work, that the reports of a job can be written without harm: makes their folders.
 *
 * @param out where the run of the job goes.
 * @throws UserError where a report would be written over the model, the file of the job, or into a run or baseline.
 */
export async function prepareReports(
  { file, model, baseline, reports }: JobConfig,
  out: string,
): Promise<void> {
  for (const [i, { output }] of reports.entries()) {
    const isOver = (path: string | undefined) => path !== undefined && relative(path, resolve(output)) === '';
    const isInside = (path: string | undefined) => path !== undefined && contains(path, resolve(output));
    const harmed =
      (isOver(model) && 'the model') ||
      (isOver(file) && 'the file of the job') ||
      (isInside(baseline) && 'the baseline') ||
      (isInside(out) && 'the run');
    if (harmed) {
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

/** Whether a path is a folder's or lies in it. */
function contains(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below === '' || !(below.startsWith('..') || isAbsolute(below));
}
