import type { Run } from '../../run/schema.js';
import { displayWidth, padEnd, wrap } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type RenderOptions, type Style, styleOf } from '../options.js';
import { type InspectedLayer, type InspectedModel, inspectedLayers } from './inspectedLayer.js';
import { type Column, columnsFor } from './inspectionColumns.js';
import { inspectionHeading, unobservable } from './inspectionHeading.js';
import { inspectionRemarks } from './inspectionRemarks.js';

/** Lists a model's layers, then what cannot be observed of it and why. Ends with a line break. */
export function inspectionTable(inspected: InspectedModel, options: RenderOptions = {}, run?: Run): string {
  const style = styleOf(options);
  const { model, notObservable, costUnknown } = inspected;
  const layers = inspectedLayers(inspected, run);
  const heading = inspectionHeading(inspected, layers);
  const { title, reasons } = unobservable(notObservable);
  return [
    style.chalk.bold(printable(model.path)),
    ...heading.model,
    '',
    heading.totals,
    ...(layers.length > 0 ? table(layers, columnsFor(layers, inspected, run), style) : []),
    ...inspectionRemarks(layers, style.symbols.ellipsis).flatMap((sentences) => [
      '',
      ...sentences.flatMap((sentence) => wrap(sentence, style.width, '  ')),
    ]),
    ...(costUnknown === undefined ? [] : ['', ...wrap(printable(costUnknown), style.width)]),
    ...(notObservable.length > 0
      ? ['', title, ...reasons.flatMap((reason) => wrap(reason, style.width, '  '))]
      : []),
    '',
  ].join('\n');
}

/** Numbers are never cut; names share what is left, and different ones stay different. */
function table(layers: readonly InspectedLayer[], columns: readonly Column[], style: Style): string[] {
  const { chalk, symbols, width } = style;
  const cells = layers.map((layer) => columns.map(({ cell }) => cell(layer)));
  const widths = columns.map(({ title }, column) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[column]))),
  );
  const taken = widths.reduce((sum, each) => sum + each + 2, 0);
  const printed = layers.map(({ name }) => printable(name));
  const longest = Math.max('layer'.length, ...printed.map(displayWidth));
  const room = Math.max(14, Math.min(longest, width - taken));
  const names = shortNames(printed, room, symbols.ellipsis);
  const line = (name: string, row: readonly string[]) =>
    [padEnd(name, room), ...row.map((text, column) => columns[column].align(text, widths[column]))]
      .join('  ')
      .trimEnd();
  const header = line(
    'layer',
    columns.map(({ title }) => title),
  );
  return [chalk.dim(header), ...cells.map((row, i) => line(names.get(printed[i]) ?? printed[i], row))];
}
