import { choleskyFactor } from '../../stats/eigen/cholesky.js';
import { lowRankFactor } from '../../stats/eigen/lowRank.js';

/** L with Q = L Lᵀ, `order × columns`. */
export function factorOf(matrix: Float64Array, order: number): { factor: Float64Array; columns: number } {
  const full = choleskyFactor(matrix, order);
  if (full) return { factor: full, columns: order };
  const found = lowRankFactor(matrix, order, order);
  if (!found) throw new Error('a covariance has no more directions than features');
  // At least one column, since a tensor of none is no operand.
  const columns = Math.max(1, found.rank);
  const factor = new Float64Array(order * columns);
  for (let i = 0; i < order; i++) {
    factor.set(found.factor.subarray(i * found.stride, i * found.stride + columns), i * columns);
  }
  return { factor, columns };
}
