import { dot } from './dot.js';

/**
 * L with A ≈ L Lᵀ for a symmetric positive semidefinite matrix of low rank, by Cholesky's factorization with
 * diagonal pivoting (Higham, Accuracy and Stability of Numerical Algorithms, 10.3), one column for each direction.
 *
 * What is left out, A − L Lᵀ, is positive semidefinite as well, so its trace bounds what any eigenvalue of L Lᵀ lacks.
 * Columns are added until that trace is at most order · ε · λ₁, where an eigenvalue cannot be told from 0 any more
 * (λ₁ is at least the largest diagonal element, and at least the trace over the rank).
 *
 * @param matrix `order × order`, row-major, symmetric. Not changed.
 * @param most columns to try. Time: order · rank².
 * @returns L, `order × rank` within rows of `most` elements; `undefined` where `most` columns do not suffice (`order`
 *   columns always do).
 */
export function lowRankFactor(matrix: Float64Array, order: number, most: number): LowRankFactor | undefined {
  const factor = new Float64Array(order * most);
  const left = new Float64Array(order);
  let trace = 0;
  let largest = 0;
  for (let i = 0; i < order; i++) {
    left[i] = matrix[i * order + i];
    trace += left[i];
    largest = Math.max(largest, left[i]);
  }
  for (let rank = 0; ; rank++) {
    let residual = 0;
    let pivot = 0;
    for (let i = 0; i < order; i++) {
      residual += Math.max(0, left[i]);
      if (left[i] > left[pivot]) pivot = i;
    }
    const leading = Math.max(largest, trace / Math.max(1, rank));
    if (residual <= order * Number.EPSILON * leading) return { factor, stride: most, rank };
    if (rank === most) return most < order ? undefined : { factor, stride: most, rank };
    addColumn(matrix, order, factor, most, rank, pivot, left);
  }
}

export interface LowRankFactor {
  readonly factor: Float64Array;
  /** Elements from one row of the factor to the next. */
  readonly stride: number;
  readonly rank: number;
}

function addColumn(
  matrix: Float64Array,
  order: number,
  factor: Float64Array,
  stride: number,
  rank: number,
  pivot: number,
  left: Float64Array,
): void {
  const root = Math.sqrt(left[pivot]);
  const pivotRow = factor.slice(pivot * stride, pivot * stride + rank);
  for (let i = 0; i < order; i++) {
    const row = i * stride;
    const value = (matrix[pivot * order + i] - dot(factor, row, pivotRow, 0, rank)) / root;
    factor[row + rank] = value;
    left[i] -= value * value;
  }
  // What rounding left there would be picked again.
  left[pivot] = 0;
}

/** LᵀL, `rank × rank`, whose eigenvalues are those of L Lᵀ that are not 0. */
export function innerProducts({ factor, stride, rank }: LowRankFactor): Float64Array {
  const products = new Float64Array(rank * rank);
  for (let row = 0; row < factor.length; row += stride) {
    for (let i = 0; i < rank; i++) {
      const value = factor[row + i];
      for (let j = 0; j <= i; j++) products[i * rank + j] += value * factor[row + j];
    }
  }
  for (let i = 0; i < rank; i++) for (let j = 0; j < i; j++) products[j * rank + i] = products[i * rank + j];
  return products;
}
