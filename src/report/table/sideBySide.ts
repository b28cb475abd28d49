import { remarks } from '../../readings/remarks.js';
import { differenceInWords, differencesOf } from '../../run/compare/comparableSettings.js';
import type { Run, RunLayer } from '../../run/schema.js';
import { displayWidth, shorten } from '../../text/displayWidth.js';
import { counted, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type TextColumn, tableWidth, textTable } from '../../text/textTable.js';
import { type LayerOfSeveral, layersSideBySide, points } from '../layersSideBySide.js';
import { namesOf, type RenderOptions, type Style } from '../options.js';
import { colorOf, remarkLines } from './look.js';

/** A column of a run is named in so many columns: the first of these that fits. */
const RUN_NAMES = [14, 11, 8];
/** Names of layers are cut to no less, so that a reader still knows them. */
const LEAST_NAME = 20;
const LEAST_SOURCE = 10;

/**
 * Several runs in one table: a layer a line, the saturation in each run, and the change from the first to the last.
 *
 * @returns its sections, or `undefined` where it does not fit the width.
 */
export function sideBySide(
  runs: readonly Run[],
  options: RenderOptions,
  style: Style,
  nameOf: (layer: RunLayer) => string,
): string[][] | undefined {
  const { chalk, symbols, width } = style;
  const names = namesOf(runs, options).map(printable);
  const layers = layersSideBySide(runs);
  for (const runName of RUN_NAMES) {
    const titles = titlesOf(names, runName, symbols.ellipsis);
    const columns = columnsOf(layers, titles, style);
    const spared = Math.max(0, tableWidth(columns.slice(0, 1)) - LEAST_NAME);
    if (tableWidth(columns) - spared > width) continue;
    const { head, lines } = textTable(columns, width, symbols.ellipsis);
    const line = symbols.rule.repeat(Math.max(displayWidth(head), Math.min(width, tableWidth(columns))));
    return [
      runs.map((run, i) => describe(run, names[i], style)),
      [chalk.dim(head), chalk.dim(line), ...lines],
      remarksOf(runs, titles, nameOf).flatMap((text) => remarkLines(text, style)),
    ];
  }
  return undefined;
}

/** The layers' names, a column a run, the change, and what the last run says of the layer. */
function columnsOf(layers: readonly LayerOfSeveral[], titles: readonly string[], style: Style): TextColumn[] {
  const { chalk, symbols } = style;
  const byReading = (cell: string, row: number) => colorOf(layers[row].reading.kind, style)(cell);
  return [
    {
      title: 'layer',
      cells: layers.map(({ reading }) => printable(reading.layer.name)),
      isName: true,
    },
    ...titles.map(
      (title, i): TextColumn => ({
        title,
        cells: layers.map((layer) => share(layer.layers[i])),
        align: 'right',
        ...(i === titles.length - 1 ? { paint: byReading } : {}),
      }),
    ),
    {
      title: symbols.delta === 'd' ? 'change' : symbols.delta,
      cells: layers.map(({ change }) => (change === null ? '-' : points(change, '-'))),
      align: 'right',
      paint: (cell, row) => {
        const sign = Math.sign(layers[row].change ?? 0);
        return (sign > 0 ? chalk.green : sign < 0 ? chalk.red : chalk.dim)(cell);
      },
    },
    {
      title: '',
      cells: layers.map(({ reading, isGone }) => (isGone ? 'gone' : markOf(reading.kind))),
      paint: byReading,
    },
  ];
}

/** What to call the column of each run. */
function titlesOf(names: readonly string[], width: number, ellipsis: string): string[] {
  const areDistinct = (some: readonly string[]) => new Set(some).size === some.length;
  const [own] = [names.map(withoutPath), names, names.map((name, i) => `${name} #${i + 1}`)].filter(
    areDistinct,
  );
  const titles = shortNames(own, width, ellipsis);
  return own.map((name) => titles.get(name) ?? name);
}

/** What tells runs apart stands at the end of their paths, before what they all end in. */
const withoutPath = (name: string): string =>
  name
    .replace(/[/\\]+(run\.json)?$/, '')
    .replace(/^.*[/\\]/s, '')
    .replace(/\.delve$/, '');

const share = (layer: RunLayer | undefined): string =>
  layer === undefined ? '' : layer.saturation === null ? '-' : percent(layer.saturation);

const markOf = (kind: string): string => (kind === 'healthy' ? '' : kind);

/** The name of a run, and what it was made on: both are cut where there is no room, the name last. */
function describe({ data, settings }: Run, name: string, { chalk, symbols, width }: Style): string {
  const between = ` ${symbols.between} `;
  const split = shorten(printable(settings.split), 12, symbols.ellipsis);
  const rest = `${between}${split}${between}threshold ${Number((settings.threshold * 100).toPrecision(12))} %`;
  const samples = `${between}${counted(data.samples, 'sample')} of `;
  const room = width - displayWidth(samples + rest);
  const title = shorten(name, Math.max(room - LEAST_SOURCE, LEAST_SOURCE), symbols.ellipsis);
  const source = shorten(printable(data.source), room - displayWidth(title), symbols.ellipsis);
  return chalk.bold(title) + chalk.dim(samples + source + rest);
}

/** Of each run, and in what it was made differently; what is true of all is said once. */
function remarksOf(
  runs: readonly Run[],
  titles: readonly string[],
  nameOf: (layer: RunLayer) => string,
): string[] {
  const about = new Map<string, string[]>();
  for (const [i, run] of runs.entries()) {
    const differences = differencesOf(runs[0], run).filter(({ isDecisive }) => isDecisive);
    const texts = [...differences.map((each) => differenceInWords(each)), ...remarks(run, nameOf)];
    for (const text of texts) about.set(text, [...(about.get(text) ?? []), titles[i]]);
  }
  return [...about].map(([text, of]) => (of.length === runs.length ? text : `${of.join(', ')}: ${text}`));
}
