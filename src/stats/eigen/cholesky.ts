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
      factor[row + j] = (matrix[row + j] - dot(factor, row, other, j)) / factor[other + j];
    }
    const square = matrix[row + i] - dot(factor, row, row, i);
    if (!(square > least)) return undefined;
    factor[row + i] = Math.sqrt(square);
  }
  return factor;
}

/** Σ a[first + k] a[second + k], in four sums side by side: one would wait for itself at every step. */
function dot(a: Float64Array, first: number, second: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    sum0 += a[first + k] * a[second + k];
    sum1 += a[first + k + 1] * a[second + k + 1];
    sum2 += a[first + k + 2] * a[second + k + 2];
    sum3 += a[first + k + 3] * a[second + k + 3];
  }
  for (; k < length; k++) sum0 += a[first + k] * a[second + k];
  return sum0 + sum1 + (sum2 + sum3);
}
