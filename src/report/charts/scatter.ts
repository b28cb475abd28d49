import { printable } from '../../text/printable.js';
import { xmlCharacters } from '../../text/xmlText.js';
import { drawnText } from './drawnText.js';
import { axesIn, type Inks } from './look.js';

/** Hues of Okabe and Ito that stand out on white and on dark ground; where there are more classes, shapes tell them apart. */
const HUES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;
const SHAPES = ['circle', 'triangle', 'rect', 'diamond'] as const;
/** More classes than there are looks are drawn alike. */
export const MOST_CLASSES = HUES.length * SHAPES.length;

/** Where samples lie in the plane of a layer's first two eigenvectors. */
export interface Points {
  readonly labels: readonly (string | undefined)[];
  /** x and y of each sample; NaN where it never reached the layer. */
  readonly coordinates: ArrayLike<number>;
}

/** The classes that a drawing tells apart, in the order of their names; none where there are too many or no labels. */
export function classesOf(labels: readonly (string | undefined)[]): string[] {
  const classes = [...new Set(labels.flatMap((label) => label ?? []))];
  return classes.length > MOST_CLASSES
    ? []
    : classes.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** A series a class, for a legend of names; samples without a class, and classes that are too many, share one. */
export function scatterSeries({ labels, coordinates }: Points, symbolSize: number) {
  const classes = classesOf(labels);
  const groups = [...classes, undefined].map((name, i) => ({
    name: name === undefined ? 'samples' : drawnText(xmlCharacters(printable(name))),
    color: name === undefined ? HUES[0] : HUES[i % HUES.length],
    symbol: name === undefined ? SHAPES[0] : SHAPES[Math.floor(i / HUES.length)],
    points: labels.flatMap((label, sample): [number, number][] => {
      const [x, y] = [coordinates[2 * sample], coordinates[2 * sample + 1]];
      const isMine = name === undefined ? label === undefined || !classes.includes(label) : label === name;
      return isMine && !Number.isNaN(x) ? [[x, y]] : [];
    }),
  }));
  return groups
    .filter(({ points }) => points.length > 0)
    .map(({ name, color, symbol, points }) => ({
      type: 'scatter' as const,
      ...{ name, symbol, symbolSize, data: points },
      itemStyle: { color, opacity: 0.7 },
    }));
}

/** An axis of the plane: its numbers say nothing. */
export const scatterAxis = (inks: Inks) => ({
  ...axesIn(inks),
  type: 'value' as const,
  scale: true,
  axisLabel: { show: false },
  splitLine: { show: false },
});
