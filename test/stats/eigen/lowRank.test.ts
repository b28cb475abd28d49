import { describe, expect, it } from 'vitest';
import { symmetricEigenvalues } from '../../../src/stats/eigen/eigenvalues.js';
import { innerProducts, lowRankFactor } from '../../../src/stats/eigen/lowRank.js';
import { covarianceSpectrum } from '../../../src/stats/spectrum.js';

/** Numbers in [−1, 1), by a linear congruential generator. */
function noise(length: number): Float64Array {
  let state = 4711;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** BBᵀ and BᵀB of B (`rank × order`), whose row i is scaled by scale(i): their eigenvalues are the same but for zeros. */
function both(rank: number, order: number, scale: (row: number) => number) {
  const rows = noise(rank * order).map((value, i) => value * scale(Math.floor(i / order)));
  const wide = new Float64Array(order * order);
  const narrow = new Float64Array(rank * rank);
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++) wide[i * order + j] += rows[k * order + i] * rows[k * order + j];
    }
    for (let l = 0; l < rank; l++) {
      for (let i = 0; i < order; i++) narrow[k * rank + l] += rows[k * order + i] * rows[l * order + i];
    }
  }
  return { wide, eigenvalues: symmetricEigenvalues(narrow, rank) };
}

const scales: [string, (row: number) => number][] = [
  ['equally strong directions', () => 1],
  ['directions over eight orders of magnitude of variance', (row) => 10 ** (-row / 5)],
  ['one direction far above all others', (row) => (row === 0 ? 1e5 : 1)],
];

describe('the factor of a matrix of low rank', () => {
  it.each(scales)('has as many columns as directions, and its eigenvalues: %s', (_, scale) => {
    const { wide, eigenvalues } = both(20, 300, scale);
    const factor = lowRankFactor(wide, 300, 75);
    expect(factor?.rank).toBe(20);
    const found = factor ? symmetricEigenvalues(innerProducts(factor), factor.rank) : [];
    eigenvalues.forEach((value, i) => {
      expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(300 * Number.EPSILON * eigenvalues[0]);
    });
  });

  it('leaves the matrix as it was', () => {
    const { wide } = both(3, 50, () => 1);
    const before = wide.slice();
    lowRankFactor(wide, 50, 10);
    expect(wide).toEqual(before);
  });

  it('is given up where it takes more columns than were allowed', () => {
    const { wide } = both(20, 300, () => 1);
    expect(lowRankFactor(wide, 300, 19)).toBeUndefined();
    expect(lowRankFactor(wide, 300, 20)?.rank).toBe(20);
  });

  it('has no column where nothing varies, and one where all features are the same', () => {
    expect(lowRankFactor(new Float64Array(9), 3, 1)?.rank).toBe(0);
    const one = lowRankFactor(new Float64Array(9).fill(2), 3, 2);
    expect(one?.rank).toBe(1);
    expect(one && innerProducts(one)[0]).toBeCloseTo(6, 14);
  });
});

describe('the spectrum of a wide layer', () => {
  it.each(scales)('of few directions is that of the whole matrix: %s', (_, scale) => {
    const { wide } = both(15, 320, scale);
    const whole = symmetricEigenvalues(wide.slice(), 320);
    const spectrum = covarianceSpectrum(wide, 320, 10_000);
    expect(spectrum.length).toBe(320);
    spectrum.forEach((value, i) => {
      expect(Math.abs(value - Math.max(0, whole[i]))).toBeLessThanOrEqual(320 * Number.EPSILON * whole[0]);
    });
    expect(spectrum.filter((value) => value > 0).length).toBeLessThanOrEqual(15);
  });

  it('seen by few samples has no more directions than they allow', () => {
    // 60 observations about their mean span 59 directions.
    const { wide } = both(59, 600, () => 1);
    const whole = symmetricEigenvalues(wide.slice(), 600);
    const spectrum = covarianceSpectrum(wide, 600, 60);
    expect(spectrum.indexOf(0)).toBe(59);
    for (let i = 0; i < 59; i++) {
      expect(Math.abs(spectrum[i] - whole[i])).toBeLessThanOrEqual(600 * Number.EPSILON * whole[0]);
    }
  });
});
