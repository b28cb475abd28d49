import type { Probe } from '../../probe/results.js';
import type { Run } from '../../run/schema.js';
import { displayWidth, padEnd, padStart, wrap } from '../../text/displayWidth.js';
import { percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type RenderOptions, styleOf } from '../options.js';
import { bar } from '../table/bar.js';
import { colorOf } from '../table/look.js';
import { type ProbedLayer, probedLayers } from './probedLayer.js';
import { probeWords } from './probeWords.js';

const BAR = 20;

interface Column {
  readonly title: string;
  readonly cell: (layer: ProbedLayer) => string;
}

/** A line a layer: what a linear classifier on it reaches, beside its saturation. Ends with a line break. */
export function probeTable(probe: Probe, run: Run, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { chalk, symbols, width } = style;
  const share = (value: number | null | undefined) => (typeof value === 'number' ? percent(value) : '–');
  const columns: readonly Column[] = [
    {
      title: 'held out',
      cell: ({ accuracy, standardError }) =>
        accuracy === null ? '–' : `${percent(accuracy)} ± ${(100 * (standardError ?? 0)).toFixed(1)}`,
    },
    { title: 'trained on', cell: ({ trainAccuracy }) => share(trainAccuracy) },
    { title: 'saturation', cell: ({ reading }) => share(reading?.layer.saturation) },
    { title: '', cell: ({ reading }) => (reading && reading.kind !== 'healthy' ? reading.kind : '') },
  ];
  const layers = probedLayers(probe, run);
  const cells = layers.map((layer) => columns.map(({ cell }) => cell(layer)));
  const widths = columns.map(({ title }, i) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[i]))),
  );
  const printed = layers.map(({ name }) => printable(name));
  const fixed = BAR + widths.reduce((sum, each) => sum + each + 2, 2);
  const room = Math.max(12, Math.min(Math.max(5, ...printed.map(displayWidth)), width - fixed));
  const names = shortNames(printed, room, symbols.ellipsis);
  const inWords = shortNames(printed, 48, symbols.ellipsis);
  const line = (name: string, drawn: string, row: readonly string[]) =>
    [padEnd(name, room), drawn, ...row.map((text, i) => (i === 3 ? text : padStart(text, widths[i])))]
      .join('  ')
      .trimEnd();
  const rows = layers.map((layer, i) => {
    const { filled, rest } = bar(layer.accuracy ?? 0, BAR, symbols);
    const paint = layer.reading ? colorOf(layer.reading.kind, style) : (text: string) => text;
    return line(names.get(printed[i]) ?? printed[i], paint(filled) + chalk.dim(rest), cells[i]);
  });
  const notes = [
    ...probe.warnings,
    ...layers.flatMap(({ name, warnings }) => warnings.map((text) => `${printable(name)}: ${text}`)),
  ];
  const top1 = run.data.labels?.top1;
  return [
    chalk.bold(printable(probe.model)),
    ...wrap(
      `a linear classifier on each layer: ${probe.classes.length} classes, trained on ${probe.samples.toLocaleString('en')} samples, scored on ${probe.heldOut.toLocaleString('en')} held out; guessing reaches ${percent(probe.guessing)}`,
      width,
    ),
    '',
    chalk.dim(
      line(
        'layer',
        padEnd('accuracy', BAR),
        columns.map(({ title }) => title),
      ),
    ),
    ...rows,
    '',
    ...notes.flatMap((text) => wrap(text, width)),
    ...(notes.length > 0 ? [''] : []),
    ...probeWords(
      probe,
      (name) => `\`${inWords.get(printable(name)) ?? printable(name)}\``,
      top1 ?? undefined,
    )
      .flatMap((text) => wrap(text, width))
      .map((text) => chalk.bold(text)),
    '',
  ].join('\n');
}
