import { covariance, mean } from '../stats/covariance.js';
import { symmetricEigenvalues } from '../stats/eigen/eigenvalues.js';
import { leadingEigenpairs } from '../stats/eigen/eigenvectors.js';
import { intrinsicDimensionality } from '../stats/intrinsicDimensionality.js';
import type { Moments } from '../stats/moments.js';
import { covarianceSpectrum } from '../stats/spectrum.js';

/** How a layer's pooled outputs become coordinates of unit length that do not depend on each other. */
export interface Whitening {
  readonly mean: Float64Array;
  /** `features × kept`, row-major: eigenvectors divided by √(n λ). */
  readonly map: Float64Array;
  readonly kept: number;
}

/**
 * The directions that explain a share of the variance, scaled so that the coordinates Z of all n samples are orthonormal:
 * ZᵀZ = 1. `undefined` where nothing varies.
 */
export function whitening(moments: Moments, threshold: number): Whitening | undefined {
  const features = moments.sum.length;
  const values = covarianceSpectrum(covariance(moments), features, moments.count);
  const kept = intrinsicDimensionality(values, threshold, 'explained');
  if (kept === 0) return undefined;
  const { vectors } = leadingEigenpairs(covariance(moments), features, kept);
  const map = new Float64Array(features * kept);
  for (let k = 0; k < kept; k++) {
    const scale = 1 / Math.sqrt(moments.count * values[k]);
    for (let i = 0; i < features; i++) map[i * kept + k] = vectors[k * features + i] * scale;
  }
  return { mean: mean(moments), map, kept };
}

/**
 * SVCCA of two layers (Raghu et al., 2017): the mean canonical correlation of their leading directions, which is the mean
 * singular value of Z₁ᵀZ₂ where both are orthonormal.
 *
 * @param product Z₁ᵀZ₂, `rows × columns`, row-major.
 */
export function meanCorrelation(product: Float64Array, rows: number, columns: number): number {
  // The smaller of both squares has the same eigenvalues, but for zeros.
  const [size, inner] = rows <= columns ? [rows, columns] : [columns, rows];
  const square = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        sum +=
          rows <= columns
            ? product[i * columns + k] * product[j * columns + k]
            : product[k * columns + i] * product[k * columns + j];
      }
      square[i * size + j] = sum;
      square[j * size + i] = sum;
    }
  }
  const values = symmetricEigenvalues(square, size);
  // Correlations beyond 1 are rounding.
  return values.reduce((sum, value) => sum + Math.min(1, Math.sqrt(Math.max(0, value))), 0) / size;
}
