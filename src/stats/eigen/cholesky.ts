import { dot } from './dot.js';

/**
 * L with A = L Lᵀ, lower triangular, by rows (Golub and Van Loan, Matrix Computations, 4.2): a third of the operations
 * that the factor with pivoting takes, along rows that lie together.
 *
 * @param matrix `order × order`, row-major. Only the lower triangle is read. Not changed.
 * @returns L, `order × order`, zero above the diagonal; `undefined` where the matrix is not positive definite to working
 *   precision.
 */
export function choleskyFactor(matrix: Float64Array, order: number): Float64Array | undefined {
  const factor = new Float64Array(order * order);
  let largest = 0;
  for (let i = 0; i < order; i++) largest = Math.max(largest, matrix[i * order + i]);
  // What is below cannot be told from 0, as in `covarianceSpectrum`.
  const least = order * Number.EPSILON * largest;
  for (let i = 0; i < order; i++) {
    const row = i * order;
    for (let j = 0; j < i; j++) {
      const other = j * order;
      factor[row + j] = (matrix[row + j] - dot(factor, row, factor, other, j)) / factor[other + j];
    }
    const square = matrix[row + i] - dot(factor, row, factor, row, i);
    if (!(square > least)) return undefined;
    factor[row + i] = Math.sqrt(square);
  }
  return factor;
}
