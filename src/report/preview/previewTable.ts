import type { Preview, PreviewedInput } from '../../preview/results.js';
import { wrap } from '../../text/displayWidth.js';
import { percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { textTable } from '../../text/textTable.js';
import { preprocessingInWords } from '../markdown/dataFacts.js';
import { type RenderOptions, styleOf } from '../options.js';
import { remarkLines } from '../table/look.js';

/** The values that enter each input, and where each sample comes from. Ends with a line break. */
export function previewTable(preview: Preview, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { chalk, symbols, width } = style;
  const { inputs, samples, doubts, preprocessing } = preview;
  const table = textTable(
    [
      { title: 'input', cells: inputs.map(({ name }) => printable(name)), isName: true },
      { title: 'type', cells: inputs.map(({ type }) => type) },
      { title: 'a sample', cells: inputs.map(({ shape }) => shapeInWords(shape)) },
      ...(['min', 'max', 'mean', 'std'] as const).map((key) => ({
        ...{ title: key, cells: inputs.map((input) => shortNumber(input[key])) },
        align: 'right' as const,
      })),
      { title: 'zeros', cells: inputs.map(({ zeros }) => percent(zeros)), align: 'right' as const },
    ],
    width,
    symbols.ellipsis,
  );
  const prepared = preprocessingInWords({ preprocessing });
  const list = textTable(
    [
      { title: 'sample', cells: samples.map((_, i) => String(i + 1)), align: 'right' },
      { title: 'class', cells: samples.map(({ label }) => printable(label ?? '–')) },
      { title: 'from', cells: samples.map(({ origin }) => printable(origin ?? '–')), isName: true },
    ],
    width,
    symbols.ellipsis,
  );
  const texts = samples.flatMap(({ texts: each }, i) =>
    [...each.values()].flatMap((text) => wrap(`${i + 1}  ${withoutRepeats(printable(text))}`, width, '   ')),
  );
  const lines = [
    chalk.bold(printable(preview.model)),
    ...wrap(headOf(preview), width),
    ...(prepared === undefined ? [] : wrap(`prepared: ${printable(prepared)}`, width, '  ')),
    '',
    chalk.gray(table.head),
    ...table.lines,
    '',
    ...(texts.length > 0 ? texts : [chalk.gray(list.head), ...list.lines]),
    ...(doubts.length > 0 ? ['', ...doubts.flatMap((doubt) => remarkLines(doubt, style))] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** What was looked at, in a sentence without its full stop. */
export function headOf({ samples, available, source, reader }: Preview): string {
  const of = available === undefined || available === samples.length ? '' : ` of ${available}`;
  return `${samples.length}${of} ${samples.length === 1 && of === '' ? 'sample' : 'samples'} of ${printable(source)} (${reader}) as they enter the model`;
}

/** `[PAD] [PAD] [PAD]` → `[PAD] × 3`: what a text is filled up with need not be read. */
export const withoutRepeats = (text: string): string =>
  text.replace(
    /(?<!\S)(\S+)(?: \1(?!\S)){2,}/g,
    (run, word: string) => `${word} × ${(run.length + 1) / (word.length + 1)}`,
  );

export const shapeInWords = (shape: PreviewedInput['shape']): string =>
  shape.length === 0 ? 'one number' : shape.join(' × ');

/** Four digits. */
export function shortNumber(value: number | null): string {
  if (value === null) return '–';
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e6 || size < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}
