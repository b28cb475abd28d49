import { verdict } from '../../readings/advice.js';
import { readLayers } from '../../readings/layerReadings.js';
import { type LayerReading, type Reading, readingRules } from '../../readings/reading.js';
import { remarks } from '../../readings/remarks.js';
import type { Run, RunLayer } from '../../run/schema.js';
import { displayWidth, padEnd, padStart, shorten, wrap } from '../../text/displayWidth.js';
import { compact, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { seriesTable } from '../history/seriesTable.js';
import { bySplit } from '../history/splits.js';
import { MOST_DIRECTIONS, mostDirections } from '../mostDirections.js';
import { namesOf, type RenderOptions, type Style, styleOf } from '../options.js';
import { biasInWords, PLUS_MINUS, plusMinusInWords } from '../uncertaintyInWords.js';
import { bar } from './bar.js';
import { colorOf, remarkLines } from './look.js';
import { runHeader } from './runHeader.js';
import { sideBySide } from './sideBySide.js';

const GAP = '  ';
const BAR_WIDTH = { least: 14, most: 32 };
/** In sentences names stand in full up to here. */
const NAME_IN_SENTENCE = 48;

/**
 * Runs for people: a line and a bar a layer, doubts in words, and what to make of it all. Several stand side by side
 * where they fit, else one below the other; either way what the marks mean, and advice on the last run, come once. A
 * training is a sparkline a layer instead.
 */
export function table(runs: readonly Run[], options: RenderOptions): string {
  const style = styleOf(options);
  if (options.steps && runs.length > 1) return training(runs, options, options.steps, style);
  const last = runs[runs.length - 1];
  const naming = namingOf(runs, style);
  const together = runs.length > 1 ? sideBySide(runs, options, style, naming) : undefined;
  const reading = readLayers(last);
  const sections = [
    ...(together ?? runs.flatMap((run, i) => oneRun(run, options.names?.[i], style, naming))),
    [
      ...legend(together ? [reading] : runs.map(readLayers), style),
      ...(together ? [] : mostLegend(runs, style)),
      ...(together ? [] : plusMinusLegend(runs, style)),
    ],
    advice(reading, runs.length > 1 ? namesOf(runs, options).at(-1) : undefined, naming, style),
  ];
  return `${sections
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** The runs of each split by their steps; advice is on the last run that the network was not trained on. */
function training(
  runs: readonly Run[],
  options: RenderOptions,
  steps: readonly number[],
  style: Style,
): string {
  const splits = bySplit(runs.map((run, i) => ({ run, step: steps[i], name: namesOf(runs, options)[i] })));
  const naming = namingOf(runs, style);
  const parts = splits.map((each) => {
    const [first, last] = [each[0], each[each.length - 1]];
    const { data, settings } = last.run;
    const title = `split ${settings.split} · ${each.length} steps, ${first.step} to ${last.step} · ${data.samples} samples of ${printable(data.source)}`;
    return `${wrap(title, style.width).join('\n')}\n\n${seriesTable(
      each.map(({ run }) => run),
      options,
    )}`;
  });
  const about = splits[0][splits[0].length - 1];
  const reading = readLayers(about.run);
  const sections = [legend([reading], style), advice(reading, about.name, naming, style)];
  return `${parts.join('\n')}\n${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** How to write layers in sentences: different ones stay different. */
function namingOf(runs: readonly Run[], { symbols }: Style): (layer: Pick<RunLayer, 'name'>) => string {
  const layerNames = runs.flatMap(({ layers }) => layers.map(({ name }) => printable(name)));
  const inSentences = shortNames(layerNames, NAME_IN_SENTENCE, symbols.ellipsis);
  return ({ name }) => `\`${inSentences.get(printable(name)) ?? printable(name)}\``;
}

function oneRun(
  run: Run,
  name: string | undefined,
  style: Style,
  nameOf: (layer: RunLayer) => string,
): string[][] {
  return [
    runHeader(run, name, style),
    rows(readLayers(run).layers, style),
    [...remarks(run, nameOf), ...[biasInWords(run.layers, nameOf) ?? []].flat()].flatMap((text) =>
      remarkLines(text, style),
    ),
  ];
}

/** @param about the run that is meant, where there are several. */
function advice(
  reading: Reading,
  about: string | undefined,
  nameOf: (layer: Pick<RunLayer, 'name'>) => string,
  { chalk, symbols, width }: Style,
): string[] {
  const of = about === undefined ? '' : `${shorten(printable(about), NAME_IN_SENTENCE, symbols.ellipsis)}: `;
  return verdict(reading, nameOf, symbols).flatMap((sentence, i) =>
    wrap(i === 0 ? of + sentence : sentence, width).map((line) => chalk.bold(line)),
  );
}

interface Row {
  readonly reading: LayerReading;
  readonly name: string;
  readonly saturation: string;
  readonly plusMinus: string;
  readonly dimensions: string;
  readonly most: string;
  readonly observations: string;
  readonly mark: string;
}

function rows(readings: readonly LayerReading[], style: Style): string[] {
  const { chalk, symbols, width } = style;
  const cells = readings.map((reading) => rowOf(reading, symbols));
  const widest = (title: string, column: (row: Row) => string) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(column(row))));
  const dimensions = widest('dim', (row) => row.dimensions);
  const observations = widest('obs.', (row) => row.observations);
  const saturation = widest('', (row) => row.saturation);
  const plusMinus = widest('', (row) => row.plusMinus);
  const mark = widest('', (row) => row.mark);
  // Only where some layer has one.
  const most = cells.some((row) => row.most !== '') ? widest('max', (row) => row.most) : 0;

  const known = plusMinus > 0 ? 1 + plusMinus : 0;
  const gaps = 4 + Number(mark > 0) + Number(most > 0);
  const fixed = saturation + known + dimensions + most + observations + mark + gaps * GAP.length;
  const room = width - fixed;
  const name = Math.min(
    widest('layer', (row) => row.name),
    room - BAR_WIDTH.least,
  );
  const barWidth = Math.min(BAR_WIDTH.most, room - name);

  const head = [
    padEnd('layer', name),
    padEnd('saturation', barWidth + GAP.length + saturation + known),
    padStart('dim', dimensions),
    ...(most > 0 ? [padStart('max', most)] : []),
    padStart('obs.', observations),
  ].join(GAP);
  const names = shortNames(
    cells.map((row) => row.name),
    name,
    symbols.ellipsis,
  );
  const lines = cells.map(({ reading, ...row }) => {
    const paint = colorOf(reading.kind, style);
    const { filled, rest } = bar(reading.layer.saturation ?? 0, barWidth, symbols);
    return [
      padEnd(names.get(row.name) ?? row.name, name),
      paint(filled) + chalk.dim(rest),
      padStart(row.saturation, saturation) +
        (known > 0 ? ` ${chalk.dim(padEnd(row.plusMinus, plusMinus))}` : ''),
      padStart(row.dimensions, dimensions),
      ...(most > 0 ? [padStart(row.most, most)] : []),
      padStart(row.observations, observations),
      ...(row.mark === '' ? [] : [paint(row.mark)]),
    ].join(GAP);
  });
  const line = symbols.rule.repeat(Math.min(width, displayWidth(head) + (mark > 0 ? GAP.length + mark : 0)));
  return [chalk.dim(head), chalk.dim(line), ...lines];
}

function rowOf(reading: LayerReading, { plusMinus }: Style['symbols']): Row {
  const { layer, kind } = reading;
  const { saturation, intrinsicDimensionality, features, observations } = layer;
  return {
    reading,
    name: printable(layer.name),
    saturation: saturation === null ? '-' : percent(saturation),
    plusMinus: plusMinusInWords(layer, plusMinus),
    dimensions: `${intrinsicDimensionality ?? '-'}/${features}`,
    most: String(mostDirections(layer) ?? ''),
    observations: compact(observations),
    mark: kind === 'healthy' ? '' : kind,
  };
}

/** The rules behind the marks that stand in the table; the others are explained by remarks. */
function legend(readings: readonly Reading[], { chalk, width }: Style): string[] {
  const kinds = (['tail', 'narrow', 'by design', 'output'] as const).filter((kind) =>
    readings.some(({ layers }) => layers.some((reading) => reading.kind === kind)),
  );
  const [{ tailBelow }] = readings.slice(-1);
  const names = Math.max(0, ...kinds.map(({ length }) => length));
  const indent = ' '.repeat(names + ' = '.length);
  return kinds.flatMap((kind) => {
    const here =
      kind === 'tail' && tailBelow !== undefined && readings.length === 1
        ? `; here below ${percent(tailBelow)}`
        : '';
    return wrap(`${padEnd(kind, names)} = ${readingRules[kind]}${here}`, width, indent).map((line) =>
      chalk.dim(line),
    );
  });
}

function mostLegend(runs: readonly Run[], { chalk, width }: Style): string[] {
  if (!runs.some(({ layers }) => layers.some((layer) => mostDirections(layer) !== undefined))) return [];
  return wrap(`${padEnd('max', 6)} = ${MOST_DIRECTIONS}`, width, ' '.repeat(9)).map((line) =>
    chalk.dim(line),
  );
}

function plusMinusLegend(runs: readonly Run[], { chalk, symbols, width }: Style): string[] {
  if (!runs.some(({ layers }) => layers.some(({ uncertainty }) => uncertainty))) return [];
  return wrap(`${padEnd(symbols.plusMinus, 6)} = ${PLUS_MINUS}`, width, ' '.repeat(9)).map((line) =>
    chalk.dim(line),
  );
}
