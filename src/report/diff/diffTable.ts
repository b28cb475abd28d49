import { differenceInWords } from '../../run/compare/comparableSettings.js';
import type { Change, LayerDiff, RunDiff } from '../../run/compare/diffRuns.js';
import type { Run } from '../../run/schema.js';
import { displayWidth, padEnd, padStart, shorten, wrap } from '../../text/displayWidth.js';
import { counted, listed, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { namesOf, type RenderOptions, type Style, styleOf } from '../options.js';
import { byChange } from './byChange.js';

const GAP = '  ';

/** Two runs side by side for people: a line a layer, the largest change first, then layers that came and went. */
export function diffTable(diff: RunDiff, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { chalk, width } = style;
  const [before, after] = namesOf([diff.before, diff.after], options);
  const remark = (text: string) =>
    wrap(`! ${printable(text)}`, width, '  ').map((line) => chalk.yellow(line));
  const sections = [
    [describe('before', before, diff.before, style), describe('after', after, diff.after, style)],
    diff.settings.flatMap((difference) => remark(differenceInWords(difference))),
    diff.layers.length > 0 ? rows(byChange(diff.layers), style) : [],
    [
      ...(diff.added.length > 0 ? remark(`only in the second run: ${listed(diff.added, 8)}`) : []),
      ...(diff.gone.length > 0 ? remark(`only in the first run: ${listed(diff.gone, 8)}`) : []),
    ],
    wrap(summary(diff), width).map((line) => chalk.bold(line)),
  ];
  return `${sections
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function describe(label: string, name: string, { data }: Run, { chalk, symbols, width }: Style): string {
  const samples = ` ${symbols.between} ${counted(data.samples, 'sample')}`;
  const source = shorten(` of ${printable(data.source)}`, 30, symbols.ellipsis);
  const room = width - 8 - displayWidth(samples) - displayWidth(source);
  return `${chalk.dim(label.padEnd(8))}${chalk.bold(shorten(printable(name), room, symbols.ellipsis))}${samples}${source}`;
}

function rows(layers: readonly LayerDiff[], { chalk, symbols, width }: Style): string[] {
  const cells = layers.map((layer) => ({
    name: printable(layer.name),
    before: share(layer.saturation.before),
    after: share(layer.saturation.after),
    change: points(layer.saturation),
    dimensions: `${dimension(layer, 'before')} ${symbols.arrow} ${dimension(layer, 'after')}`,
    sign: Math.sign(layer.saturation.change ?? 0),
  }));
  const delta = symbols.delta === 'd' ? 'change' : symbols.delta;
  const columnOf = (title: string, values: readonly string[]) =>
    Math.max(displayWidth(title), ...values.map(displayWidth));
  const before = columnOf(
    'before',
    cells.map((row) => row.before),
  );
  const after = columnOf(
    'after',
    cells.map((row) => row.after),
  );
  const change = columnOf(
    delta,
    cells.map((row) => row.change),
  );
  const dimensions = columnOf(
    'dim',
    cells.map((row) => row.dimensions),
  );
  const room = width - before - after - change - dimensions - 4 * GAP.length;
  const name = Math.min(
    room,
    columnOf(
      'layer',
      cells.map((row) => row.name),
    ),
  );
  const head = [
    padEnd('layer', name),
    padStart('before', before),
    padStart('after', after),
    padStart(delta, change),
    padStart('dim', dimensions),
  ].join(GAP);
  const lines = cells.map((row) => {
    const paint = row.sign > 0 ? chalk.green : row.sign < 0 ? chalk.red : chalk.dim;
    return [
      padEnd(shorten(row.name, name, symbols.ellipsis), name),
      padStart(row.before, before),
      padStart(row.after, after),
      paint(padStart(row.change, change)),
      padStart(row.dimensions, dimensions),
    ].join(GAP);
  });
  return [chalk.dim(head), chalk.dim(symbols.rule.repeat(displayWidth(head))), ...lines];
}

function share(saturation: number | null): string {
  return saturation === null ? '-' : percent(saturation);
}

/** The difference of two percentages, in points. */
export function points({ change }: Change): string {
  if (change === null) return '-';
  const text = (change * 100).toFixed(1);
  return Number(text) === 0 ? '0.0' : change > 0 ? `+${text}` : text;
}

function dimension({ intrinsicDimensionality, features }: LayerDiff, side: 'before' | 'after'): string {
  return `${intrinsicDimensionality[side] ?? '-'}/${features[side]}`;
}

function summary({ layers, added, gone }: RunDiff): string {
  const moved = layers.filter(({ saturation: { change } }) => change !== null && change !== 0);
  if (layers.length === 0) return 'The runs have no layer in common.';
  const most = moved
    .toSorted((a, b) => Math.abs(b.saturation.change ?? 0) - Math.abs(a.saturation.change ?? 0))
    .at(0);
  const largest = most ? `, most of all \`${printable(most.name)}\` (${points(most.saturation)} points)` : '';
  return (
    `${counted(layers.length, 'layer')} in both, ${added.length} new, ${gone.length} gone; ` +
    `the saturation of ${counted(moved.length, 'layer')} changed${largest}.`
  );
}
