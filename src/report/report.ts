import { UserError } from '../errors.js';
import { recutRun } from '../run/recutRun.js';
import type { Run } from '../run/schema.js';
import { formats } from './formats.js';
import type { RenderOptions } from './options.js';

export interface ReportOptions extends RenderOptions {
  /** `table` (default), `json`, `csv`. */
  readonly format?: string;
  /** Cut the stored spectra again at this share of the variance, above 0 and up to 1; of several, the first counts. */
  readonly threshold?: number | readonly number[];
}

/**
 * Renders one run or several.
 *
 * @returns text that ends with a line break.
 * @throws UserError where the format is unknown, there is no run, or a threshold is no share of variance.
 */
export function report(runs: Run | readonly Run[], options: ReportOptions = {}): string {
  const { format = 'table', threshold } = options;
  const render = formats.get(format);
  if (!render) {
    throw new UserError(`there is no format ${format}: choose one of ${[...formats.keys()].join(', ')}`);
  }
  const given = isRun(runs) ? [runs] : runs;
  if (given.length === 0) throw new UserError('there is no run to report on: name one');
  return render(threshold === undefined ? given : given.map((run) => recutRun(run, threshold)), options);
}

function isRun(runs: Run | readonly Run[]): runs is Run {
  return !Array.isArray(runs);
}
