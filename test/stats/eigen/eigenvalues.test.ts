import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { symmetricEigenvalues } from '../../../src/stats/eigen/eigenvalues.js';
import { reduceToTridiagonal } from '../../../src/stats/reduction/tridiagonal.js';
import { isMutationTest } from '../../support/mutationTest.js';
import { largestDifference, normal, symmetric, uniform, withEigenvalues } from '../samples.js';

function descending(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort().reverse();
}

function oracle(matrix: Float64Array, order: number): Float64Array {
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(order, order, matrix), {
    assumeSymmetric: true,
  });
  return descending(decomposition.realEigenvalues);
}

function ofDiagonal(...diagonal: number[]): Float64Array {
  return symmetricEigenvalues(
    symmetric(diagonal.length, (i, j) => (i === j ? diagonal[i] : 0)),
    diagonal.length,
  );
}

describe('symmetricEigenvalues against ml-matrix', () => {
  it('agrees on random matrices of every order from 1 to 64', () => {
    for (let order = 1; order <= 64; order++) {
      const next = normal(order);
      const matrix = symmetric(order, next);
      const expected = oracle(matrix, order);
      expect(largestDifference(symmetricEigenvalues(matrix, order), expected)).toBeLessThan(1e-13 * order);
    }
  });

  it.each(isMutationTest ? [200] : [200, 512])('agrees on a covariance of order %d', (order) => {
    const next = normal(order);
    const rows = Array.from({ length: 40 }, () => Float64Array.from({ length: order }, next));
    const matrix = symmetric(order, (i, j) =>
      rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? 1 / (i + 1) : 0),
    );
    const expected = oracle(matrix, order);
    expect(largestDifference(symmetricEigenvalues(matrix, order), expected)).toBeLessThan(
      1e-13 * expected[0],
    );
  });
});

describe('symmetricEigenvalues against known spectra', () => {
  it.skipIf(isMutationTest)('finds 2,048 eigenvalues over ten decades', { timeout: 60_000 }, () => {
    const known = Float64Array.from({ length: 2048 }, (_, i) => 10 ** ((-10 * i) / 2047));
    const found = symmetricEigenvalues(withEigenvalues(known, 3), 2048);
    expect(largestDifference(found, known)).toBeLessThan(1e-14);
  });

  it.each([3, 50, 301])('finds 2 − 2 cos(kπ/(n+1)) for the second difference of order %d', (order) => {
    const matrix = symmetric(order, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0));
    const known = descending(
      Array.from({ length: order }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (order + 1))),
    );
    expect(largestDifference(symmetricEigenvalues(matrix, order), known)).toBeLessThan(2e-14);
  });

  it('finds the close pairs of the Wilkinson matrix W21+', () => {
    const matrix = symmetric(21, (i, j) => (i === j ? Math.abs(10 - i) : i - j === 1 ? 1 : 0));
    const found = symmetricEigenvalues(matrix, 21);
    // np.linalg.eigvalsh(np.diag(abs(10 - np.arange(21.))) + np.diag(np.ones(20), 1) + np.diag(np.ones(20), -1))
    expect(found[0]).toBeCloseTo(10.746194182903393, 12);
    expect(found[1]).toBeCloseTo(10.746194182903322, 12);
    expect(found[2]).toBeCloseTo(9.210678647361332, 12);
    expect(found[20]).toBeCloseTo(-1.1254415221199847, 12);
  });

  it('sorts a diagonal, exactly', () => {
    expect(ofDiagonal(0.9, -3, 0.01, 7, 0.09)).toEqual(Float64Array.of(7, 0.9, 0.09, 0.01, -3));
  });

  it('finds the one eigenvalue ‖v‖² of v vᵀ', () => {
    const next = normal(4);
    const v = Float64Array.from({ length: 60 }, next);
    const square = v.reduce((sum, value) => sum + value * value, 0);
    const found = symmetricEigenvalues(
      symmetric(60, (i, j) => v[i] * v[j]),
      60,
    );
    expect(
      largestDifference(
        found,
        Float64Array.from({ length: 60 }, (_, i) => (i ? 0 : square)),
      ),
    ).toBeLessThan(1e-13 * square);
  });

  it('finds eigenvalues that come many times over', () => {
    const known = descending(Array.from({ length: 90 }, (_, i) => [5, 1, 0][i % 3]));
    expect(largestDifference(symmetricEigenvalues(withEigenvalues(known, 5), 90), known)).toBeLessThan(2e-14);
  });

  it('finds n and n − 1 zeros for a matrix of ones', () => {
    const found = symmetricEigenvalues(new Float64Array(64).fill(1), 8);
    expect(largestDifference(found, [8, 0, 0, 0, 0, 0, 0, 0])).toBeLessThan(1e-14);
  });

  it('takes zeros, one by one, and nothing', () => {
    expect(symmetricEigenvalues(new Float64Array(25), 5)).toEqual(new Float64Array(5));
    expect(symmetricEigenvalues(Float64Array.of(-3.7), 1)).toEqual(Float64Array.of(-3.7));
    expect(symmetricEigenvalues(new Float64Array(0), 0)).toEqual(new Float64Array(0));
  });

  it.each([1e-320, 1e-300, 1e-160, 1e160, 1e300])('does not mind a scale of %d', (scale) => {
    const matrix = symmetric(3, (i, j) => (i === j ? 2 : i - j === 1 ? -1 : 0) * scale);
    const known = [2 + Math.SQRT2, 2, 2 - Math.SQRT2];
    const found = symmetricEigenvalues(matrix, 3).map((value) => value / scale);
    expect(largestDifference(found, known)).toBeLessThan(scale < 1e-307 ? 1e-3 : 2e-15);
  });

  it('is exact in the large part of a matrix over 600 decades', () => {
    const next = uniform(6);
    const matrix = symmetric(40, (i, j) => (i < 2 && j < 2 ? 1 : next() * 10 ** (-15 * i)));
    const found = symmetricEigenvalues(matrix, 40);
    expect(found[0]).toBeCloseTo(2, 13);
    expect(largestDifference(found.slice(1), new Float64Array(39))).toBeLessThan(1e-14);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (value) => {
    const matrix = symmetric(3, (i, j) => (i === 2 && j === 1 ? value : i + j));
    expect(() => symmetricEigenvalues(matrix, 3)).toThrow(/row 2, column 1/);
  });
});

describe('reduceToTridiagonal', () => {
  it('keeps trace and Frobenius norm', () => {
    const next = normal(11);
    const matrix = symmetric(31, next).map((value) => value / 4);
    const square = matrix.reduce((sum, value) => sum + value * value, 0);
    let trace = 0;
    for (let i = 0; i < 31; i++) trace += matrix[i * 31 + i];
    const { diagonal, offDiagonal } = reduceToTridiagonal(matrix, 31);
    expect(diagonal.reduce((sum, value) => sum + value)).toBeCloseTo(trace, 12);
    const squares = diagonal.reduce((sum, value) => sum + value * value, 0);
    expect(squares + 2 * offDiagonal.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(square, 11);
  });
});
