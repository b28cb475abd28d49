import type { Moments } from './moments.js';

/**
 * A feature whose variance is below this share of its mean square is taken for constant.
 *
 * Variance is the difference Sᵢᵢ/n − mᵢ², so it carries the rounding of Sᵢᵢ: about 1e-13 of the mean square for
 * float64 sums accumulated block by block over some thousand batches. 1e-12 stands above that noise and far
 * below what must be told apart: 1e-8, the share of a feature whose mean is 10,000 deviations from 0. In
 * between lie features whose mean is a million deviations away, a few units in the last place of a float32.
 */
const CONSTANT_SHARE = 1e-12;

/** m = s/n, length `features`; zeros where nothing was observed. */
export function mean({ count, sum }: Moments): Float64Array {
  return count === 0 ? new Float64Array(sum.length) : sum.map((value) => value / count);
}

/** Marks with 1 each feature that is constant over the observations; all of them below two observations. */
export function deadFeatures(moments: Moments): Uint8Array {
  const { count, scatter } = moments;
  const average = mean(moments);
  const features = average.length;
  const dead = new Uint8Array(features);
  for (let i = 0; i < features; i++) {
    const meanSquare = scatter[i * features + i] / count;
    const variance = meanSquare - average[i] * average[i];
    if (count <= 1 || variance <= CONSTANT_SHARE * meanSquare) dead[i] = 1;
  }
  return dead;
}

/**
 * The population covariance Q = S/n − m mᵀ, `features × features`, row-major, exactly symmetric. Rows and
 * columns of dead features are exactly 0: a large constant would otherwise leave its rounding there, which can
 * outweigh the variance of the other features.
 */
export function covariance(moments: Moments): Float64Array {
  const { count, scatter } = moments;
  const average = mean(moments);
  const dead = deadFeatures(moments);
  const features = average.length;
  const result = new Float64Array(features * features);
  for (let i = 0; i < features; i++) {
    if (dead[i]) continue;
    for (let j = 0; j <= i; j++) {
      if (dead[j]) continue;
      const upper = j * features + i;
      const lower = i * features + j;
      const value = (scatter[lower] / 2 + scatter[upper] / 2) / count - average[i] * average[j];
      result[lower] = value;
      result[upper] = value;
    }
  }
  return result;
}

/** Σ Qᵢᵢ: the total variance. `matrix` is square, row-major. */
export function trace(matrix: Float64Array, order: number): number {
  let total = 0;
  for (let i = 0; i < order; i++) total += matrix[i * order + i];
  return total;
}
