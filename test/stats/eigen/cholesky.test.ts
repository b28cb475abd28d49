import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { choleskyFactor } from '../../../src/stats/eigen/cholesky.js';

/** XᵀX of `rows` rows of numbers that look random. */
function gram(rows: number, order: number): Matrix {
  let state = 7;
  const x = Matrix.zeros(rows, order);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < order; j++) {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      x.set(i, j, state / 2 ** 30 - 1);
    }
  }
  return x.transpose().mmul(x);
}

describe('the factor of a positive definite matrix', () => {
  it('is that of a matrix worked by hand', () => {
    // (2 0; 1 3) (2 1; 0 3)
    expect(choleskyFactor(Float64Array.of(4, 2, 2, 10), 2)).toEqual(Float64Array.of(2, 0, 1, 3));
  });

  it.each([1, 2, 3, 4, 5, 17, 64, 130])('is that of another library, of order %i', (order) => {
    const matrix = gram(3 * order + 5, order);
    const expected = new CholeskyDecomposition(matrix).lowerTriangularMatrix.to1DArray();
    const factor = choleskyFactor(Float64Array.from(matrix.to1DArray()), order) ?? new Float64Array(0);
    const largest = Math.max(...expected);
    expect(factor).toHaveLength(order * order);
    factor.forEach((value, i) => {
      expect(Math.abs(value - expected[i])).toBeLessThan(1e-12 * largest);
    });
  });

  it('reads the lower triangle only, and changes nothing', () => {
    const matrix = Float64Array.of(4, Number.NaN, 2, 10);
    expect(choleskyFactor(matrix, 2)).toEqual(Float64Array.of(2, 0, 1, 3));
    expect(matrix).toEqual(Float64Array.of(4, Number.NaN, 2, 10));
  });

  it.each([
    ['zero', Float64Array.of(0)],
    ['of rank 1', Float64Array.of(1, 1, 1, 1)],
    ['indefinite', Float64Array.of(1, 2, 2, 1)],
    ['all but singular', Float64Array.of(1, 1, 1, 1 + 1e-16)],
  ])('does not exist for a matrix that is %s', (_, matrix) => {
    expect(choleskyFactor(matrix, Math.sqrt(matrix.length))).toBeUndefined();
  });

  it('does not exist for one of fewer rows than columns', () => {
    expect(choleskyFactor(Float64Array.from(gram(20, 40).to1DArray()), 40)).toBeUndefined();
  });
});
