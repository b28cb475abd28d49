import type { Resampling } from '../../options.js';

export type Filter = Exclude<Resampling, 'nearest' | 'opencv-linear'>;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Weight by distance from the centre, and the distance beyond which it is 0: those of Pillow's `Resample.c`. */
const filters: Readonly<Record<Filter, { readonly support: number; weight(x: number): number }>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: {
    support: 2,
    weight(given) {
      const [x, a] = [Math.abs(given), -0.5];
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Bits behind the point of a weight, so that eight of a value, two of sums and these make 32. */
export const PRECISION = 32 - 8 - 2;

/** For each position along an axis, which values its weights are of; the weights of a position add up to 1. */
export interface AxisWeights {
  /** The first value, by position. */
  readonly first: Int32Array;
  /** Where its weights begin in `weights`, by position; one entry more, so that the next one tells where they end. */
  readonly start: Int32Array;
  readonly weights: Float64Array;
  /** The same in units of 2⁻²². */
  readonly fixed: Int32Array;
}

/** Images of a set are of few sizes, as a rule. */
const MOST_KEPT = 64;
const kept = new Map<string, AxisWeights>();

/** The weights that bring `from` values to `to`. */
export function axisWeights(from: number, to: number, how: Filter): AxisWeights {
  const key = `${how} ${from} ${to}`;
  const known = kept.get(key) ?? computed(from, to, how);
  // The one that was used last stands last.
  kept.delete(key);
  kept.set(key, known);
  if (kept.size > MOST_KEPT) {
    const [oldest] = kept.keys();
    kept.delete(oldest);
  }
  return known;
}

function computed(from: number, to: number, how: Filter): AxisWeights {
  const { support, weight } = filters[how];
  const scale = from / to;
  const wide = Math.max(scale, 1);
  const first = new Int32Array(to);
  const start = new Int32Array(to + 1);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    first[i] = Math.max(0, Math.trunc(centre - support * wide + 0.5));
    const end = Math.min(from, Math.trunc(centre + support * wide + 0.5));
    start[i + 1] = start[i] + Math.max(0, end - first[i]);
  }
  const weights = new Float64Array(start[to]);
  const fixed = new Int32Array(start[to]);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    let total = 0;
    for (let at = start[i]; at < start[i + 1]; at++) {
      weights[at] = weight((first[i] + at - start[i] - centre + 0.5) * (1 / wide));
      total += weights[at];
    }
    for (let at = start[i]; at < start[i + 1]; at++) {
      weights[at] /= total === 0 ? 1 : total;
      fixed[at] = Math.trunc((weights[at] < 0 ? -0.5 : 0.5) + weights[at] * 2 ** PRECISION);
    }
  }
  return { first, start, weights, fixed };
}
