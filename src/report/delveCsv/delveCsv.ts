import { UserError } from '../../errors.js';
import type { Run } from '../../run/schema.js';
import { listed } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { type DelveValue, delveValues } from '../history/delveValues.js';
import { pythonFloat } from '../history/pythonNumber.js';
import { stepsOf } from '../history/steps.js';
import { namesOf, type RenderOptions } from '../options.js';
import { formatHistory, parseHistory } from './history.js';

/**
 * The CSV of the Python package `delve`: separator `;`, a row an epoch. appends to the file that is there; an epoch
 * that it has already is replaced, so that a job that is run again leaves the file that it left the first time.
 *
 * @throws UserError where the file is no such CSV, or its columns or those of the runs differ.
 */
export function delveCsv(runs: readonly Run[], options: RenderOptions): string {
  const history = options.existing?.trim() ? parseHistory(options.existing) : undefined;
  const next = Math.max(-1, ...(history?.epochs.keys() ?? [])) + 1;
  const steps = stepsOf(runs, options, next);
  const names = namesOf(runs, options);

  const added = new Map<number, { name: string; values: DelveValue[] }>();
  runs.forEach((run, index) => {
    const epoch = added.get(steps[index]);
    if (epoch) epoch.values.push(...delveValues(run));
    else added.set(steps[index], { name: names[index], values: delveValues(run) });
  });

  const [first] = added.values();
  const columns = history?.columns ?? first.values.map(({ name }) => name);
  const epochs = new Map(history?.epochs);
  for (const [step, { name, values }] of added) {
    const cells = new Map(values.map((value) => [value.name, cellOf(value)]));
    requireSame(columns, [...cells.keys()], name, history ? 'the file that is there' : first.name);
    epochs.set(
      step,
      columns.map((column) => cells.get(column) ?? ''),
    );
  }
  return formatHistory({ columns, epochs });
}

/** pandas leaves NaN empty. */
function cellOf({ value, whole }: DelveValue): string {
  if (Number.isNaN(value)) return '';
  return whole ? String(value) : pythonFloat(value);
}

function requireSame(columns: readonly string[], found: readonly string[], run: string, other: string): void {
  const [known, given] = [new Set(columns), new Set(found)];
  const lacks = columns.filter((column) => !given.has(column));
  const has = found.filter((column) => !known.has(column));
  if (lacks.length === 0 && has.length === 0) return;
  const differences = [
    ...(lacks.length > 0 ? [`lacks ${listed(lacks.map(printable))}`] : []),
    ...(has.length > 0 ? [`has ${listed(has.map(printable))} besides`] : []),
  ];
  throw new UserError(
    `the columns of ${printable(run)} are not those of ${printable(other)}: it ${differences.join(' and ')}; ` +
      'write it to a file of its own by --output',
  );
}
