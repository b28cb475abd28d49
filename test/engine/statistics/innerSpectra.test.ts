import { describe, expect, it } from 'vitest';
import { factorOf } from '../../../src/engine/factorOf.js';
import { MatrixProduct } from '../../../src/engine/matrixProduct.js';
import { innerSpectra } from '../../../src/engine/statistics/innerSpectra.js';
import { spectraTeam } from '../../../src/engine/statistics/spectraTeam.js';
import { symmetricEigenvalues } from '../../../src/stats/eigen/eigenvalues.js';
import { built } from '../../support/built.js';

/** A Aᵀ, in plain code. */
function square(a: readonly number[][]): Float64Array {
  const n = a.length;
  return Float64Array.from({ length: n * n }, (_, at) =>
    a[Math.floor(at / n)].reduce((sum, value, k) => sum + value * a[at % n][k], 0),
  );
}
const transposed = (a: readonly number[][]) => a[0].map((_, j) => a.map((row) => row[j]));
const product = (a: readonly number[][], b: readonly number[][]) =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));

/** Of x: three directions of which the last is the sum of the others, so that the covariance has rank 2. */
const samples = [
  [1, 2, 3],
  [0, 1, 1],
  [2, -1, 1],
  [-1, 1, 0],
];
const covariance = square(transposed(samples));
const weights = [
  [1, 0, 2],
  [0, 1, -1],
  [3, 1, 0],
  [1, 1, 1],
];
/** W x of every sample; its squares are W Q Wᵀ. */
const direct = symmetricEigenvalues(square(product(weights, transposed(samples))), 4);
const task = () => ({
  covariance: { rows: 3, columns: 3, values: covariance.slice() },
  factors: [factorOf(square(transposed(weights)), 3)],
});

describe('spectra of layers from the covariance of their input', () => {
  it('are those of the outputs, but for zeros', async () => {
    const of = await MatrixProduct.open(1);
    try {
      const [spectrum] = await innerSpectra(of, task());
      expect(spectrum).toHaveLength(3);
      expect(Math.abs(spectrum[0] / direct[0] - 1)).toBeLessThan(1e-12);
      expect(Math.abs(spectrum[1] / direct[1] - 1)).toBeLessThan(1e-12);
      expect(spectrum[2]).toBe(0);
    } finally {
      await of.release();
    }
  });

  it('come one after the other where there is little to do, and an error goes to whoever asked', async () => {
    const team = spectraTeam([3, 3]);
    try {
      const asked = [
        team.spectra(task),
        team.spectra(() => {
          throw new Error('no task');
        }),
        team.spectra(task),
      ];
      await expect(asked[1]).rejects.toThrow('no task');
      const [first, , last] = await Promise.allSettled(asked);
      expect(first).toEqual(last);
      expect(first.status).toBe('fulfilled');
    } finally {
      await team.close();
    }
  });

  it('come from a team where there is much to do, in the order of the tasks, and the team ends', async () => {
    const file = 'engine/statistics/spectraTeam.js';
    const { spectraTeam } = await built<typeof import('../../../src/engine/statistics/spectraTeam.js')>(file);
    const team = spectraTeam(Array(16).fill(1000));
    const scaled = (factor: number) => () => {
      const { covariance: of, factors } = task();
      return { covariance: { ...of, values: of.values.map((value) => factor * value) }, factors };
    };
    const asked = [1, 2, 3, 4, 5, 6, 7].map((factor) => team.spectra(scaled(factor)));
    const failed = team.spectra(() => {
      throw new Error('no task');
    });
    await expect(failed).rejects.toThrow('no task');
    for (const [i, [spectrum]] of (await Promise.all(asked)).entries()) {
      expect(Math.abs(spectrum[0] / ((i + 1) * direct[0]) - 1)).toBeLessThan(1e-12);
    }
    await team.close();
  });
});
