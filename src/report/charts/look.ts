import { shorten } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { shortener } from '../../text/shortNames.js';
import { xmlCharacters } from '../../text/xmlText.js';
import { drawnText } from './drawnText.js';

/** The colours that a chart is drawn with, of the page as it is shown or of a picture. */
export interface Inks {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  /** What the chart stands on. */
  readonly surface: string;
  readonly accent: string;
  readonly second: string;
}

/** Inks of pictures, which stand on white. */
export const ink: Inks = {
  text: '#1b1f24',
  faint: '#57606a',
  line: '#d0d7de',
  surface: '#ffffff',
  accent: '#0072b2',
  second: '#d55e00',
};

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

/** What all axes have in common. */
export const axesIn = ({ faint, line }: Inks) => ({
  axisLabel: { color: faint, fontSize: 11 },
  axisLine: { lineStyle: { color: line } },
  axisTick: { show: false },
  nameTextStyle: { color: faint },
  splitLine: { lineStyle: { color: line } },
});

export const axisStyle = axesIn(ink);

/** An axis of shares, from 0 to 100 %. */
export function shareAxis(inks: Inks) {
  const style = axesIn(inks);
  return {
    ...style,
    type: 'value' as const,
    min: 0,
    max: 1,
    axisLabel: { ...style.axisLabel, formatter: perCent },
    nameTextStyle: { ...style.nameTextStyle, align: 'left' as const },
  };
}

/** An axis with a name written beneath its middle. */
export const namedBelow = (name: string) => ({ name, nameLocation: 'middle' as const, nameGap: 26 });

/** Which names along an axis of `pixels` are left out, so that none lies on another. */
export function labelInterval(count: number, pixels: number, least = 15): number {
  return Math.max(0, Math.ceil((count * least) / Math.max(1, pixels)) - 1);
}

/** Names below an axis stand on end where there are more than lie side by side. */
export const slant = (count: number, pixels: number): number => (count * 90 > pixels ? 60 : 0);

/** A layer's place along an axis of `pixels`, each under its name as far as names fit. */
export function layersAxis(names: readonly string[], pixels: number, inks: Inks) {
  const style = axesIn(inks);
  return {
    ...style,
    type: 'category' as const,
    data: axisNames(names, 18),
    axisLabel: {
      ...style.axisLabel,
      rotate: slant(names.length, pixels),
      interval: labelInterval(names.length, pixels),
    },
  };
}
