import { readLayers } from '../../readings/layerReadings.js';
import type { Run } from '../../run/schema.js';
import { displayWidth } from '../../text/displayWidth.js';
import { percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import type { Symbols } from '../../text/symbols.js';
import { textTable } from '../../text/textTable.js';
import { type RenderOptions, styleOf } from '../options.js';
import { colorOf } from '../table/look.js';

/** Steps that a sparkline shows: the last ones. */
const MOST_STEPS = 24;

/**
 * A training in the terminal: a line a layer with a sparkline of its saturation (from 0 to 100 %), its first and last value
 * and what the last run says of it. Ends with a line break.
 *
 * @param runs of one split, by step.
 */
export function seriesTable(runs: readonly Run[], options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { chalk, symbols, width } = style;
  const last = runs.at(-1);
  if (!last) return '';
  const readings = readLayers(last).layers;
  const values = readings.map(({ layer }) =>
    runs.map(({ layers }) => layers.find(({ name }) => name === layer.name)?.saturation ?? null),
  );
  const shown = (value: number | null | undefined) => (typeof value === 'number' ? percent(value) : '–');
  const { head, lines } = textTable(
    [
      { title: 'layer', cells: readings.map(({ layer }) => printable(layer.name)), isName: true },
      {
        title: 'saturation',
        cells: values.map((row) => sparkline(row.slice(-MOST_STEPS), symbols)),
        paint: (cell, row) => colorOf(readings[row].kind, style)(cell),
      },
      {
        title: 'first',
        cells: values.map((row) => shown(row.find((each) => each !== null))),
        align: 'right',
      },
      { title: 'last', cells: values.map((row) => shown(row.at(-1))), align: 'right' },
      { title: '', cells: readings.map(({ kind }) => (kind === 'healthy' ? '' : kind)) },
    ],
    width,
    symbols.ellipsis,
  );
  const rule = symbols.rule.repeat(Math.min(width, Math.max(displayWidth(head), ...lines.map(displayWidth))));
  return [chalk.dim(head), chalk.dim(rule), ...lines, ''].join('\n');
}

/** One character a value between 0 and 1; a blank where there is none. */
export function sparkline(values: readonly (number | null)[], { levels }: Pick<Symbols, 'levels'>): string {
  return values
    .map((value) => {
      if (value === null) return ' ';
      const level = Math.min(levels.length - 1, Math.max(0, Math.floor(value * levels.length)));
      return levels[level];
    })
    .join('');
}
