import { readFileSync } from 'node:fs';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { kernelModule } from '../../../assembly/generate.js';
import { symmetricEigenvalues, tridiagonalEigenvalues } from '../../../src/stats/eigen/eigenvalues.js';
import { leadingEigenpairs } from '../../../src/stats/eigen/eigenvectors.js';
import { type Reduction, reduceToTridiagonal } from '../../../src/stats/reduction/tridiagonal.js';
import { reduceWithKernel } from '../../../src/stats/reduction/tridiagonalKernel.js';
import { isMutationTest } from '../../support/mutationTest.js';
import { largestDifference, normal, symmetric, withEigenvalues } from '../samples.js';

const kernel: Reduction = (matrix, order) => {
  const tridiagonal = reduceWithKernel(matrix, order);
  if (tridiagonal === undefined) throw new Error('this engine cannot run the kernel');
  return tridiagonal;
};

/** Q T Qᵀ from what a reduction leaves behind, row-major. */
function rebuild(reduced: Float64Array, order: number, tridiagonal: ReturnType<Reduction>): Float64Array {
  const { diagonal, offDiagonal, halfNorms } = tridiagonal;
  const full = symmetric(order, (i, j) => (i === j ? diagonal[i] : i - j === 1 ? offDiagonal[j] : 0));
  for (let k = 1; k < order; k++) {
    if (halfNorms[k] === 0) continue;
    const u = reduced.subarray(k * order, k * order + k);
    for (const [step, next] of [
      [order, 1],
      [1, order],
    ]) {
      for (let line = 0; line < order; line++) {
        const inner = u.reduce((sum, value, j) => sum + value * full[line * next + j * step], 0);
        for (let j = 0; j < k; j++) full[line * next + j * step] -= (inner / halfNorms[k]) * u[j];
      }
    }
  }
  return full;
}

describe('reduceWithKernel', () => {
  it('leaves a tridiagonal matrix and reflections that give the matrix back, at every order from 1 to 70', () => {
    for (let order = 1; order <= 70; order++) {
      const matrix = symmetric(order, normal(order)).map((value) => value / order);
      const reduced = matrix.slice();
      const tridiagonal = kernel(reduced, order);
      expect(tridiagonal.offDiagonal[order - 1]).toBe(0);
      expect(largestDifference(rebuild(reduced, order, tridiagonal), matrix)).toBeLessThan(2e-15);
    }
  });

  it('reads only the lower triangle', () => {
    const lower = symmetric(50, normal(1)).map((value, at) => (at % 50 > Math.floor(at / 50) ? 1e9 : value));
    const whole = symmetric(50, normal(1));
    expect(kernel(lower, 50)).toEqual(kernel(whole, 50));
  });

  it('does not depend on what it computed before', () => {
    const matrix = symmetric(99, normal(2));
    const first = kernel(matrix.slice(), 99);
    kernel(symmetric(150, normal(3)), 150);
    expect(kernel(matrix.slice(), 99)).toEqual(first);
  });

  it.each([64, 65, 130, 257])('finds the tridiagonal matrix of the plain reduction, order %d', (order) => {
    const matrix = symmetric(order, normal(order)).map((value) => value / 8);
    const plain = reduceToTridiagonal(matrix.slice(), order);
    const found = kernel(matrix, order);
    const of = (t: typeof plain) => tridiagonalEigenvalues(t.diagonal.slice(), t.offDiagonal.slice());
    const expected = of(plain);
    expect(largestDifference(of(found), expected)).toBeLessThan(1e-13 * expected[0]);
  });

  it('has nothing to do for zeros and diagonals', () => {
    expect(kernel(new Float64Array(81), 9)).toEqual(reduceToTridiagonal(new Float64Array(81), 9));
    const diagonal = symmetric(70, (i, j) => (i === j ? i + 1 : 0));
    const { halfNorms, ...rest } = kernel(diagonal, 70);
    expect(halfNorms).toEqual(new Float64Array(70));
    expect(rest.diagonal).toEqual(Float64Array.from({ length: 70 }, (_, i) => i + 1));
  });
});

describe('symmetricEigenvalues with the kernel', () => {
  it.each<[string, number[]]>([
    ['graded over 18 decades', Array.from({ length: 193 }, (_, i) => 10 ** ((-18 * i) / 192))],
    ['of rank 7', Array.from({ length: 150 }, (_, i) => (i < 7 ? 7 - i : 0))],
    ['that come in threes', Array.from({ length: 99 }, (_, i) => 33 - Math.floor(i / 3))],
    ['of both signs', Array.from({ length: 101 }, (_, i) => 50 - i)],
    ['of 1, 2 and 3 rows', [3, 2, 1]],
  ])('finds known ones %s', (_, known) => {
    const found = symmetricEigenvalues(withEigenvalues(known, 9), known.length, kernel);
    expect(largestDifference(found, known)).toBeLessThan(1e-13 * known[0]);
  });

  it.skipIf(isMutationTest).each([1000, 1031])('finds a dense spectrum of order %d', (order) => {
    const known = Float64Array.from({ length: order }, (_, i) => 1 - i / order);
    const found = symmetricEigenvalues(withEigenvalues(known, order), order, kernel);
    expect(largestDifference(found, known)).toBeLessThan(1e-13);
  });

  it('agrees with ml-matrix', () => {
    const matrix = symmetric(200, normal(12));
    const oracle = new EigenvalueDecomposition(Matrix.from1DArray(200, 200, matrix), {
      assumeSymmetric: true,
    });
    const expected = Float64Array.from(oracle.realEigenvalues).sort().reverse();
    expect(largestDifference(symmetricEigenvalues(matrix, 200, kernel), expected)).toBeLessThan(
      1e-13 * expected[0],
    );
  });
});

describe('leadingEigenpairs with the kernel', () => {
  it('finds those of the plain reduction', () => {
    const matrix = withEigenvalues(
      Array.from({ length: 130 }, (_, i) => 0.8 ** i),
      6,
    );
    const plain = leadingEigenpairs(matrix.slice(), 130, 4, reduceToTridiagonal);
    const found = leadingEigenpairs(matrix, 130, 4, kernel);
    expect(largestDifference(found.values, plain.values)).toBeLessThan(1e-14);
    expect(largestDifference(found.vectors, plain.vectors)).toBeLessThan(1e-13);
  });
});

describe('the kernel’s code', () => {
  it.skipIf(isMutationTest)('is what assembly/ compiles to', async () => {
    const committed = new URL('../../../src/stats/reduction/tridiagonalKernelCode.ts', import.meta.url);
    expect(readFileSync(committed, 'utf8')).toBe(await kernelModule());
  });
});
