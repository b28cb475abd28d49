import type { Histogram } from './event.js';

/** Shares below 10⁻¹⁶ of the variance are rounding, and zeros have no logarithm: both are counted there. */
const FLOOR = -16;
const BINS_A_DECADE = 4;
const BINS = -FLOOR * BINS_A_DECADE;

export const spectrumDescription =
  'How many directions explain how much: log₁₀ of each eigenvalue over their sum. 0 is all of the variance, −2 one ' +
  'per cent; what is below −16 is rounding and counted there.';

/**
 * A spectrum as a histogram. Of logarithms: eigenvalues span many decades, and all but a few would share one bar.
 * `undefined` where there is no variance.
 */
export function spectrumHistogram(eigenvalues: readonly number[]): Histogram | undefined {
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return undefined;
  const exponents = eigenvalues.map((value) => Math.max(FLOOR, Math.log10(value / total)));
  const bins = new Array<number>(BINS).fill(0);
  let [min, max, sum, sumOfSquares] = [0, FLOOR, 0, 0];
  for (const exponent of exponents) {
    bins[Math.min(BINS - 1, Math.floor((exponent - FLOOR) * BINS_A_DECADE))]++;
    min = Math.min(min, exponent);
    max = Math.max(max, exponent);
    sum += exponent;
    sumOfSquares += exponent * exponent;
  }
  const first = bins.findIndex((count) => count > 0);
  const last = bins.findLastIndex((count) => count > 0);
  return {
    min,
    max,
    count: exponents.length,
    sum,
    sumOfSquares,
    limits: bins.flatMap((_, bin) =>
      bin >= first && bin <= last ? [FLOOR + (bin + 1) / BINS_A_DECADE] : [],
    ),
    counts: bins.slice(first, last + 1),
  };
}
