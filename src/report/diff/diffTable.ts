import { differenceInWords } from '../../run/compare/comparableSettings.js';
import { type Change, isWithinNoise, type LayerDiff, type RunDiff } from '../../run/compare/diffRuns.js';
import type { Run } from '../../run/schema.js';
import { displayWidth, shorten, wrap } from '../../text/displayWidth.js';
import { counted, listed, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { type TextColumn, textTable } from '../../text/textTable.js';
import { namesOf, type RenderOptions, type Style, styleOf } from '../options.js';
import { byChange } from './byChange.js';
import { noiseInWords } from './noise.js';

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
  const paint = (cell: string, row: number) => {
    const sign = isWithinNoise(layers[row]) ? 0 : Math.sign(layers[row].saturation.change ?? 0);
    return (sign > 0 ? chalk.green : sign < 0 ? chalk.red : chalk.dim)(cell);
  };
  const was: TextColumn = {
    title: 'was',
    cells: layers.map((layer) => printable(layer.was ?? '')),
    isName: true,
  };
  const numbers = (title: string, of: (layer: LayerDiff) => string): TextColumn => ({
    title,
    cells: layers.map(of),
    align: 'right',
  });
  const columns: TextColumn[] = [
    { title: 'layer', cells: layers.map(({ name }) => printable(name)), isName: true },
    ...(layers.some((layer) => layer.was !== undefined) ? [was] : []),
    numbers('before', ({ saturation }) => share(saturation.before)),
    numbers('after', ({ saturation }) => share(saturation.after)),
    {
      ...numbers(symbols.delta === 'd' ? 'change' : symbols.delta, ({ saturation }) => points(saturation)),
      paint,
    },
    ...(layers.some(({ noise }) => noise !== undefined)
      ? [
          numbers('noise', ({ noise }) =>
            noise === undefined ? '-' : `${symbols.plusMinus}${(noise * 100).toFixed(1)}`,
          ),
        ]
      : []),
    numbers('dim', (layer) => `${dimension(layer, 'before')} ${symbols.arrow} ${dimension(layer, 'after')}`),
  ];
  const { head, lines } = textTable(columns, width, symbols.ellipsis);
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
    `the saturation of ${counted(moved.length, 'layer')} changed${largest}.${noiseInWords(layers)}`
  );
}
