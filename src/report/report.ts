import { UserError } from '../errors.js';
import { isModule } from '../files/ownModule.js';
import { recutRun } from '../run/compare/recutRun.js';
import type { Run } from '../run/schema.js';
import type { Format, Rendering } from './format.js';
import { formats } from './formats.js';
import { orderBySteps } from './history/steps.js';
import type { RenderOptions } from './options.js';

export interface ReportOptions extends RenderOptions {
  /** One of `formats`, or the path of a module of one's own (`OwnFormat`); `table` by default. */
  readonly format?: string;
  /** Cut the stored spectra again at this share of the variance, above 0 and up to 1; of several, the first counts. */
  readonly threshold?: number | readonly number[];
}

/**
 * Renders one run or several as text.
 *
 * @returns text that ends with a line break.
 * @throws UserError where the format is unknown or takes `renderReport`, there is no run, or a threshold is not a share
 *   of variance.
 */
export function report(runs: Run | readonly Run[], options: ReportOptions = {}): string {
  const { format = 'table' } = options;
  const rendered = formatOf(format).render(...prepared(runs, options));
  if (typeof rendered === 'string') return rendered;
  if (rendered instanceof Promise) rendered.catch(() => {});
  throw new UserError(`the format ${format} is not made as text at once: use renderReport`);
}

/**
 * Renders one run or several in any format.
 *
 * @returns the text or bytes of a file, or the files of a folder by their paths.
 * @throws UserError where the format is unknown, there is no run, a threshold is not a share of variance, or the format
 *   cannot show these runs.
 */
export async function renderReport(
  runs: Run | readonly Run[],
  options: ReportOptions = {},
): Promise<Rendering> {
  return await (await loadedFormat(options.format ?? 'table')).render(...prepared(runs, options));
}

/**
 * The format of that name, or out of the user's module.
 *
 * @throws UserError where there is none, or the module cannot be loaded.
 */
export async function loadedFormat(name: string): Promise<Format> {
  return isModule(name) ? (await import('./ownFormat.js')).ownFormat(name) : formatOf(name);
}

/** @throws UserError where there is none of that name. */
function formatOf(name: string): Format {
  const format = formats.get(name);
  if (format) return format;
  throw new UserError(
    `there is no format ${name}: choose one of ${[...formats.keys()].join(', ')}, or a module such as ./my-format.mjs`,
  );
}

function prepared(
  runs: Run | readonly Run[],
  options: ReportOptions,
): [runs: readonly Run[], options: RenderOptions] {
  const { threshold } = options;
  const given = isRun(runs) ? [runs] : runs;
  if (given.length === 0) throw new UserError('there is no run to report on: name one');
  const order = orderBySteps(given, options);
  const ordered = order.map((index) => given[index]);
  return [
    threshold === undefined ? ordered : ordered.map((run) => recutRun(run, threshold)),
    {
      ...options,
      names: options.names && order.map((index) => options.names?.[index] ?? ''),
      folders: options.folders && order.map((index) => options.folders?.[index] ?? ''),
      ...(options.steps && { steps: order.map((index) => options.steps?.[index] ?? 0) }),
    },
  ];
}

function isRun(runs: Run | readonly Run[]): runs is Run {
  return !Array.isArray(runs);
}
