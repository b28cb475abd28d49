import type { Projected, Projection } from '../../compress/results.js';
import { wrap } from '../../text/displayWidth.js';
import { percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { type RenderOptions, styleOf } from '../options.js';
import { columnsOf, doubts, measuredOn } from './compressionTable.js';

/** What projecting layers costs, all at once and each alone. Ends with a line break. */
export function projectionTable(result: Projection, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { layers, result: all, sweep = [], accuracy, random, data } = result;
  const kept = layers.map(({ name, kept: count, features }) => [printable(name), `${count}/${features}`]);
  return [
    style.chalk.bold(printable(result.model.path)),
    ...columnsOf(['layer', 'kept'], kept, style),
    '',
    ...wrap(
      `all layers projected on ${random ? 'as many random directions' : `the directions of ${percent(all.threshold)} of their variance`}, before activation functions, ${measuredOn(data)}:`,
      style.width,
    ),
    ...columnsOf(
      header,
      [...(accuracy === null ? [] : [['as it was', '', percent(accuracy, 2), '', '']]), row(all)],
      style,
    ),
    ...(sweep.length > 0 ? ['', ...columnsOf(header, sweep.map(row), style)] : []),
    ...doubts(result, style),
    '',
  ].join('\n');
}

const header = ['projected', 'threshold', 'accuracy', 'same largest', 'error'];

function row({ layer, threshold, accuracy, agreement, outputs }: Projected): string[] {
  const error = outputs[0]?.relativeError ?? null;
  return [
    layer === undefined ? 'all layers' : printable(layer),
    String(threshold),
    accuracy === null ? '' : percent(accuracy, 2),
    agreement === null ? '' : percent(agreement, 2),
    error === null ? '' : percent(error, 2),
  ];
}
