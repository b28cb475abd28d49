import { choleskyFactor } from '../stats/eigen/cholesky.js';
import { lowRankFactor } from '../stats/eigen/lowRank.js';
import type { Matrix } from './matrixProduct.js';

/** L with Q = L Lᵀ, a row for each of Q. */
export function factorOf(matrix: Float64Array, order: number): Matrix {
  const full = choleskyFactor(matrix, order);
  if (full) return { rows: order, columns: order, values: full };
  const found = lowRankFactor(matrix, order, order);
  if (!found) throw new Error('a covariance has no more directions than features');
  // At least one column, since a tensor of none is no operand.
  const columns = Math.max(1, found.rank);
  const values = new Float64Array(order * columns);
  for (let i = 0; i < order; i++) {
    values.set(found.factor.subarray(i * found.stride, i * found.stride + columns), i * columns);
  }
  return { rows: order, columns, values };
}
