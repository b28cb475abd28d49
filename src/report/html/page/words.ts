import { shorten } from '../../../text/displayWidth.js';
import { printable } from '../../../text/printable.js';

export { compact, counted, percent } from '../../../text/numbers.js';
export { shortener } from '../../../text/shortNames.js';

/** A name as it is shown where there is little room. */
export const shortName = (name: string, width = 28): string => shorten(printable(name), width, '…');

/** A number in four digits, `–` where there is none. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}

/** 0.99 → `99 %`, 0.995 → `99.5 %`. */
export const share = (value: number): string => `${Number((100 * value).toPrecision(6))} %`;

/** A sentence in which no line ends between a number and its per cent sign. */
export const sentence = (text: string): string => text.replaceAll(' %', '\u00a0%');
