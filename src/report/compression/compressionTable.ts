import type { Compression, Measured } from '../../compress/results.js';
import { displayWidth, padEnd, padStart, wrap } from '../../text/displayWidth.js';
import { compact, counted, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type RenderOptions, type Style, styleOf } from '../options.js';

/** Rows under a header, the first column to the left and the others to the right; names are cut where it is narrow. */
export function columnsOf(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
): string[] {
  const { chalk, symbols, width } = style;
  const widths = header.map((title, i) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[i]))),
  );
  const others = widths.slice(1).reduce((sum, each) => sum + each + 2, 0);
  const room = Math.max(14, Math.min(widths[0], width - others));
  const names = shortNames(
    rows.map(([name]) => name),
    room,
    symbols.ellipsis,
  );
  const line = ([first, ...cells]: readonly string[]) =>
    [padEnd(names.get(first) ?? first, room), ...cells.map((cell, i) => padStart(cell, widths[i + 1]))]
      .join('  ')
      .trimEnd();
  return [chalk.dim(line(header)), ...rows.map(line)];
}

/** Which samples the measurement was made on, and which the eigenvectors come from. */
export function measuredOn({ samples, heldOut = false, run }: Partial<Compression['data']>): string {
  const from = run
    ? `; the eigenvectors come from ${printable(run.path)} (${counted(run.samples, 'sample')} of ${printable(run.source)})`
    : heldOut
      ? ' that the eigenvectors have not seen'
      : ', the same that the eigenvectors come from';
  return `measured on ${counted(samples ?? 0, 'sample')}${from}`;
}

/** What is doubtful about the accuracy, a paragraph each. */
export const doubts = (
  { warnings = [] }: Pick<Compression, 'warnings'>,
  { width }: Pick<Style, 'width'>,
): string[] => warnings.flatMap((text) => wrap(`! ${text}`, width, '  '));

const share = (after: number, before: number): string => percent(before === 0 ? 1 : after / before);

/** What a compression made of each layer and of the whole model, before and after. Ends with a line break. */
export function compressionTable(result: Compression, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { layers, model, data } = result;
  const rows = layers
    .filter(({ action }) => action !== 'left')
    .map(({ name, op, action, kept, features, explained, macs, parameters }) => [
      printable(name),
      printable(op),
      `${kept}/${features}`,
      explained === null ? '' : percent(explained, 2),
      action,
      `${compact(macs.before ?? 0)} → ${compact(macs.after ?? 0)}`,
      `${compact(parameters.before ?? 0)} → ${compact(parameters.after ?? 0)}`,
    ]);
  const header = ['layer', 'operator', 'kept', 'variance', 'becomes', 'MACs', 'parameters'];
  const control = result.control;
  return [
    style.chalk.bold(printable(model.path)),
    ...columnsOf(header, rows, style),
    ...leftAlone(result, style),
    '',
    ...summary(result),
    ...wrap(measuredOn(data), style.width),
    ...doubts(result, style),
    ...(control ? ['', ...wrap(controlled(control), style.width)] : []),
    ...sweep(result, style),
    '',
  ].join('\n');
}

function summary(measured: Measured): string[] {
  const { macs, parameters, bytes, millisecondsPerSample: time, accuracy, fidelity } = measured;
  const row = (title: string, before: string, after: string, note = '') =>
    `${title.padEnd(12)} ${before.padStart(9)} → ${after.padStart(9)}  ${note}`.trimEnd();
  return [
    row('MACs', compact(macs.before), compact(macs.after), share(macs.after, macs.before)),
    row(
      'parameters',
      compact(parameters.before),
      compact(parameters.after),
      share(parameters.after, parameters.before),
    ),
    row('file', `${compact(bytes.before)}B`, `${compact(bytes.after)}B`, share(bytes.after, bytes.before)),
    row('ms a sample', number(time.before), number(time.after), share(time.after, time.before)),
    ...(accuracy ? [row('accuracy', percent(accuracy.before, 2), percent(accuracy.after, 2))] : []),
    `outputs: ${faithful(fidelity)}`,
  ];
}

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** The agreement of the largest output and the relative error of each. */
export function faithful({ agreement, outputs }: Measured['fidelity']): string {
  const errors = outputs.map(({ name, relativeError }) =>
    relativeError === null
      ? `${printable(name)} cannot be compared`
      : `${printable(name)} off by ${percent(relativeError, 2)}`,
  );
  return [
    ...(agreement === null ? [] : [`largest entry the same in ${percent(agreement, 2)}`]),
    ...errors,
  ].join(', ');
}

function controlled({ accuracy, fidelity }: Measured): string {
  const what = accuracy ? `${percent(accuracy.after, 2)} accuracy` : faithful(fidelity);
  return `control, as many random directions: ${what}`;
}

/** The same reason is given once for all layers that share it. */
function leftAlone({ layers }: Compression, { width }: Style): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, action, reason } of layers) {
    if (action !== 'left' || reason === undefined) continue;
    const general = reason.replace(/^\d+ of \d+ directions/, 'their directions');
    byReason.set(general, [...(byReason.get(general) ?? []), printable(name)]);
  }
  if (byReason.size === 0) return [];
  return [
    '',
    'left as they are:',
    ...[...byReason].flatMap(([reason, names]) =>
      wrap(
        `${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}: ${reason}`,
        width,
        '  ',
      ),
    ),
  ];
}

function sweep({ sweep: rows = [] }: Compression, style: Style): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    ...columnsOf(
      ['threshold', 'MACs', 'parameters', 'time', 'accuracy', 'same largest', 'error'],
      rows.map(({ threshold, macs, parameters, millisecondsPerSample: time, accuracy, fidelity }) => [
        String(threshold),
        share(macs.after, macs.before),
        share(parameters.after, parameters.before),
        share(time.after, time.before),
        accuracy ? percent(accuracy.after, 2) : '',
        fidelity.agreement === null ? '' : percent(fidelity.agreement, 2),
        fidelity.outputs[0]?.relativeError === null || !fidelity.outputs[0]
          ? ''
          : percent(fidelity.outputs[0].relativeError, 2),
      ]),
      style,
    ),
  ];
}
