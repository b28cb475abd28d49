import { covariance, mean } from './covariance.js';
import { leadingEigenpairs } from './eigen/eigenvectors.js';
import type { Moments } from './moments.js';

/** Where the observations of a layer are centred, and the two directions in which they vary most. */
export interface PrincipalAxes {
  /** m, length `features`. */
  readonly mean: Float64Array;
  /** `features × 2`, row-major: v₁ and v₂ as columns; a column is 0 where there is no such direction. */
  readonly axes: Float64Array;
}

/**
 * The first two eigenvectors of the covariance, each with its largest element positive.
 *
 * @param eigenvalues of the covariance, descending: a direction whose eigenvalue is 0 is none.
 * @throws what `leadingEigenpairs` throws.
 */
export function principalAxes(moments: Moments, eigenvalues: ArrayLike<number>): PrincipalAxes {
  const features = moments.sum.length;
  const axes = new Float64Array(features * 2);
  const found = [0, 1].filter((k) => k < eigenvalues.length && eigenvalues[k] > 0).length;
  if (found > 0) {
    const { vectors } = leadingEigenpairs(covariance(moments), features, found);
    for (let k = 0; k < found; k++) {
      for (let i = 0; i < features; i++) axes[i * 2 + k] = vectors[k * features + i];
    }
  }
  return { mean: mean(moments), axes };
}
