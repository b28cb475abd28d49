import { describe, expect, it } from 'vitest';
import { leadingEigenpairs } from '../../../src/stats/eigen/eigenvectors.js';
import { factorizeTridiagonal } from '../../../src/stats/eigen/tridiagonalSolve.js';
import { largestDifference, normal, symmetric, withEigenvalues } from '../samples.js';

/** ‖A v − λ v‖ and |vᵢ·vⱼ − δᵢⱼ|, the largest of all, relative to λ₁. */
function faults(matrix: Float64Array, order: number, wanted: number): { residual: number; overlap: number } {
  const { values, vectors } = leadingEigenpairs(matrix.slice(), order, wanted);
  let residual = 0;
  let overlap = 0;
  for (let k = 0; k < values.length; k++) {
    const v = vectors.subarray(k * order, (k + 1) * order);
    let square = 0;
    for (let i = 0; i < order; i++) {
      let product = -values[k] * v[i];
      for (let j = 0; j < order; j++) product += matrix[i * order + j] * v[j];
      square += product * product;
    }
    residual = Math.max(residual, Math.sqrt(square) / (Math.abs(values[0]) || 1));
    for (let l = 0; l <= k; l++) {
      const inner = v.reduce((sum, value, i) => sum + value * vectors[l * order + i], l === k ? -1 : 0);
      overlap = Math.max(overlap, Math.abs(inner));
    }
  }
  return { residual, overlap };
}

const wilkinson = symmetric(21, (i, j) => (i === j ? Math.abs(10 - i) : i - j === 1 ? 1 : 0));
const identity = symmetric(30, (i, j) => (i === j ? 1 : 0));
const decades = (order: number) => Array.from({ length: order }, (_, i) => 10 ** (-i / 8));

describe('leadingEigenpairs', () => {
  it.each<[string, Float64Array, number, number]>([
    ['a random matrix', symmetric(80, normal(1)), 80, 5],
    ['all vectors of a random matrix', symmetric(40, normal(2)), 40, 40],
    ['a spectrum over many decades', withEigenvalues(decades(100), 3), 100, 4],
    ['a double eigenvalue at the top', withEigenvalues([3, 3, 1, 1, 0.5, 0.1, 0, 0], 4), 8, 4],
    ['two that differ by 1e-15', withEigenvalues([1 + 1e-15, 1, 0.5, 0.2, 0.1], 5), 5, 2],
    ['two that differ by 1e-9', withEigenvalues([1 + 1e-9, 1, 0.5, 0.2, 0.1], 6), 5, 2],
    [
      'a block of 20 equal ones',
      withEigenvalues(
        Array.from({ length: 50 }, (_, i) => (i < 20 ? 2 : 1)),
        7,
      ),
      50,
      6,
    ],
    ['Wilkinson’s close pairs', wilkinson, 21, 6],
    ['the identity', identity, 30, 3],
    ['rank 1', symmetric(40, (i, j) => (i + 1) * (j + 1)), 40, 2],
    ['zeros', new Float64Array(16), 4, 2],
    ['a tiny scale', symmetric(12, normal(8)).map((value) => value * 1e-200), 12, 2],
    ['order 1', Float64Array.of(-2), 1, 2],
  ])('has small residuals and orthonormal vectors for %s', (_, matrix, order, wanted) => {
    const { residual, overlap } = faults(matrix, order, wanted);
    expect(residual).toBeLessThan(2e-15 * (order + 10));
    expect(overlap).toBeLessThan(1e-14);
  });

  it('by hand: [2 1; 1 2] has 3 along (1, 1)/√2 and 1 along (1, −1)/√2', () => {
    const { values, vectors } = leadingEigenpairs(Float64Array.of(2, 1, 1, 2), 2, 2);
    expect(largestDifference(values, [3, 1])).toBeLessThan(1e-15);
    expect(largestDifference(vectors.subarray(0, 2), [Math.SQRT1_2, Math.SQRT1_2])).toBeLessThan(1e-15);
    expect(largestDifference(vectors.map(Math.abs).subarray(2), [Math.SQRT1_2, Math.SQRT1_2])).toBeLessThan(
      1e-15,
    );
  });

  it('finds the axes of a diagonal', () => {
    const { values, vectors } = leadingEigenpairs(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2), 3, 2);
    expect(values).toEqual(Float64Array.of(3, 2));
    expect(largestDifference(vectors, [0, 1, 0, 0, 0, 1])).toBeLessThan(1e-15);
  });
});

describe('factorizeTridiagonal', () => {
  it('solves with and without row exchanges: by hand', () => {
    // [0 1 0; 1 0 2; 0 2 1] (1, 2, 3) = (2, 7, 7)
    const b = Float64Array.of(2, 7, 7);
    factorizeTridiagonal(Float64Array.of(0, 0, 1), Float64Array.of(1, 2, 0), 0, 1e-16)(b);
    expect(largestDifference(b, [1, 2, 3])).toBeLessThan(1e-15);
    // the same with 5 more on the diagonal, and 5 taken off as eigenvalue
    const c = Float64Array.of(2, 7, 7);
    factorizeTridiagonal(Float64Array.of(5, 5, 6), Float64Array.of(1, 2, 0), 5, 1e-16)(c);
    expect(c).toEqual(b);
    // [4 1 0; 1 5 2; 0 2 6] (1, −1, 2) = (3, 0, 10)
    const d = Float64Array.of(3, 0, 10);
    factorizeTridiagonal(Float64Array.of(4, 5, 6), Float64Array.of(1, 2, 0), 0, 1e-16)(d);
    expect(largestDifference(d, [1, -1, 2])).toBeLessThan(1e-15);
  });
});
