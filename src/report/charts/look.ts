import { shorten } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { shortener } from '../../text/shortNames.js';
import { xmlCharacters } from '../../text/xmlText.js';
import { drawnText } from './drawnText.js';

/** Inks of pictures, which stand on white. */
export const ink = {
  text: '#1b1f24',
  faint: '#57606a',
  line: '#d0d7de',
  accent: '#0072b2',
  second: '#d55e00',
} as const;

/** Marks that tell runs apart where colours are taken: by shape and stroke. */
export const strokes = ['solid', 'dashed', 'dotted'] as const;
export const marks = ['circle', 'rect', 'triangle', 'diamond'] as const;

export const font = "'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif";

/** A name as it fits beside or below an axis: the middle makes way. */
export const axisName = (name: string, width = 20): string =>
  drawnText(shorten(xmlCharacters(printable(name)), width, '…'));

/** How to write names beside each other along an axis: different ones differently. */
export function axisNames(names: readonly string[], width = 20): string[] {
  const clean = names.map((name) => xmlCharacters(printable(name)));
  return clean.map(shortener(clean, width)).map(drawnText);
}

export const perCent = (value: number): string => `${Math.round(100 * value)} %`;

export const axisStyle = {
  axisLabel: { color: ink.faint, fontSize: 11 },
  axisLine: { lineStyle: { color: ink.line } },
  axisTick: { show: false },
  nameTextStyle: { color: ink.faint },
  splitLine: { lineStyle: { color: ink.line } },
} as const;

/** Which names along an axis of `pixels` are left out, so that none lies on another. */
export function labelInterval(count: number, pixels: number, least = 15): number {
  return Math.max(0, Math.ceil((count * least) / Math.max(1, pixels)) - 1);
}

/** Names below an axis stand on end where there are more than lie side by side. */
export const slant = (count: number, pixels: number): number => (count * 90 > pixels ? 60 : 0);
