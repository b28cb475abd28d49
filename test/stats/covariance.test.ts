import { describe, expect, it } from 'vitest';
import { covariance, deadFeatures, mean, trace } from '../../src/stats/covariance.js';
import { addMoments, emptyMoments } from '../../src/stats/moments.js';
import { largestDifference, momentsOf, normal, rowsOf, twoPassCovariance } from './samples.js';

describe('covariance', () => {
  it('is the population covariance: by hand for (0, 0), (2, 4), (4, 2)', () => {
    // means 2 and 2; deviations (−2,−2), (0,2), (2,0): Q = [8/3, 4/3; 4/3, 8/3]
    const moments = momentsOf([
      [0, 0],
      [2, 4],
      [4, 2],
    ]);
    expect(mean(moments)).toEqual(Float64Array.of(2, 2));
    const Q = covariance(moments);
    expect(largestDifference(Q, [8 / 3, 4 / 3, 4 / 3, 8 / 3])).toBeLessThan(2e-15);
    expect(trace(Q, 2)).toBeCloseTo(16 / 3, 14);
  });

  it('is exactly symmetric even where the scatter is not', () => {
    const Q = covariance({ count: 2, sum: Float64Array.of(0, 0), scatter: Float64Array.of(4, 1, 3, 4) });
    expect(Q).toEqual(Float64Array.of(2, 1, 1, 2));
  });

  it('agrees with two passes where the mean is 10,000 deviations away', () => {
    const next = normal(7);
    const rows = rowsOf(3000, 8, (_, j) => 1e4 * (j % 2 ? -1 : 1) + next());
    const total = emptyMoments(8);
    for (let from = 0; from < rows.length; from += 170)
      addMoments(total, momentsOf(rows.slice(from, from + 170)));
    // ε · mean² is 2e-8: what raw float64 moments can hold.
    expect(largestDifference(covariance(total), twoPassCovariance(rows))).toBeLessThan(1e-7);
    expect(deadFeatures(total)).toEqual(new Uint8Array(8));
  });
});

describe('deadFeatures', () => {
  it.each([0, 1, -0.1, 1e4, 12345.678, Math.fround(0.1), 1e-30, 1e30])(
    'finds the constant %d dead',
    (constant) => {
      const next = normal(8);
      const rows = rowsOf(2000, 3, (_, j) => (j === 1 ? constant : next()));
      const total = emptyMoments(3);
      for (let from = 0; from < rows.length; from += 7)
        addMoments(total, momentsOf(rows.slice(from, from + 7)));
      expect(deadFeatures(total)).toEqual(Uint8Array.of(0, 1, 0));
      const Q = covariance(total);
      expect([Q[1], Q[3], Q[4], Q[5], Q[7]]).toEqual([0, 0, 0, 0, 0]);
    },
  );

  it('finds a constant dead after 30,000 batches', () => {
    const batch = momentsOf([
      [0.1, 1],
      [0.1, 2],
      [0.1, 4],
    ]);
    const total = emptyMoments(2);
    for (let i = 0; i < 30000; i++) addMoments(total, batch);
    expect(deadFeatures(total)).toEqual(Uint8Array.of(1, 0));
  });

  it('keeps a feature that leaves its constant once', () => {
    const rows = rowsOf(5000, 2, (row, j) => (j === 0 && row === 17 ? 101 : 100));
    expect(deadFeatures(momentsOf(rows))).toEqual(Uint8Array.of(0, 1));
  });

  it('keeps a feature that varies by a hundred-thousandth of its mean', () => {
    // 1 ± 1e-5: a variance of 1e-10 beside a mean square of 1.
    const rows = Array.from({ length: 1000 }, (_, i) => [1 + (i % 2 ? 1e-5 : -1e-5)]);
    expect([...deadFeatures(momentsOf(rows))]).toEqual([0]);
    expect(Math.abs(covariance(momentsOf(rows))[0] - 1e-10)).toBeLessThan(1e-14);
  });

  it('keeps a feature that is tiny beside the others', () => {
    const next = normal(9);
    expect(deadFeatures(momentsOf(rowsOf(50, 2, (_, j) => next() * (j ? 1e-100 : 1e3))))).toEqual(
      new Uint8Array(2),
    );
  });

  it('finds every feature dead with one observation, and with none', () => {
    expect(deadFeatures(momentsOf([[1, 2, 3]]))).toEqual(Uint8Array.of(1, 1, 1));
    expect(deadFeatures(emptyMoments(2))).toEqual(Uint8Array.of(1, 1));
    expect(covariance(momentsOf([[0.1, 0.2]]))).toEqual(new Float64Array(4));
    expect(covariance(emptyMoments(2))).toEqual(new Float64Array(4));
    expect(mean(emptyMoments(2))).toEqual(new Float64Array(2));
  });
});
