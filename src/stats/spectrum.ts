import { symmetricEigenvalues } from './eigen/eigenvalues.js';
import { innerProducts, lowRankFactor } from './eigen/lowRank.js';

/**
 * The eigenvalues of a covariance, λ₁ ≥ λ₂ ≥ … ≥ 0, all `features` of them. What is known to be 0 is 0, not
 * rounding noise:
 * - the covariance of n observations has at most n − 1 eigenvalues that are not 0;
 * - features of zero variance add one eigenvalue 0 each, and are left out of the computation;
 * - below features · ε · λ₁ an eigenvalue cannot be told from 0 (the error bound of a symmetric eigensolver, and
 *   the tolerance by which numerical ranks are commonly counted). Together such values are less than
 *   features² · ε of the total, so that no share of variance changes.
 *
 * @param covariance `features × features`, row-major, symmetric. **Overwritten.**
 * @param inner a smaller symmetric matrix that has the same eigenvalues, but for zeros; where one is known.
 *   **Overwritten.**
 * @throws RangeError where an element is NaN or infinite; Error where the iteration does not converge.
 */
export function covarianceSpectrum(
  covariance: Float64Array,
  features: number,
  observations: number,
  inner?: Float64Array,
): Float64Array {
  const spectrum = new Float64Array(features);
  const order = dropConstantFeatures(covariance, features);
  // A feature that was left out as constant is still in the smaller matrix, with whatever rounding made of it.
  const eigenvalues =
    inner && order === features
      ? symmetricEigenvalues(inner, Math.sqrt(inner.length))
      : eigenvaluesOf(covariance.subarray(0, order * order), order, observations);
  const noise = features * Number.EPSILON * (eigenvalues[0] ?? 0);
  const rank = Math.min(order, Math.max(0, observations - 1));
  for (let i = 0; i < rank && eigenvalues[i] > noise; i++) spectrum[i] = eigenvalues[i];
  return spectrum;
}

/** Below this order all eigenvalues take some milliseconds. */
const WORTH_FACTORING = 256;

/**
 * The eigenvalues, descending; those that cannot be told from 0 may be missing.
 *
 * A wide layer behind a narrow one, or one seen by few samples, varies in few directions: from a factor of so many
 * columns its eigenvalues cost order · rank² instead of order³. Where nothing says that the rank is low, a
 * sixteenth of the order is tried, which takes little of the time that the whole takes.
 */
function eigenvaluesOf(matrix: Float64Array, order: number, observations: number): Float64Array {
  // Some more than there are observations: where the mean is far away, rounding looks like a few more directions.
  const likely = observations <= order / 8 ? observations + (observations >> 3) : 0;
  const columns = Math.max(order >> 4, likely);
  const factor = order < WORTH_FACTORING ? undefined : lowRankFactor(matrix, order, columns);
  return factor
    ? symmetricEigenvalues(innerProducts(factor), factor.rank)
    : symmetricEigenvalues(matrix, order);
}

/** Moves the rows and columns of features with variance together, in place, and returns how many they are. */
function dropConstantFeatures(covariance: Float64Array, features: number): number {
  const kept: number[] = [];
  for (let i = 0; i < features; i++) if (covariance[i * features + i] !== 0) kept.push(i);
  const order = kept.length;
  if (order === features) return order;
  // An element only ever moves towards the front, and in order, so none is overwritten before it is read.
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) covariance[i * order + j] = covariance[kept[i] * features + kept[j]];
  }
  return order;
}
