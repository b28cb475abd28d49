import { describe, expect, it } from 'vitest';
import { covariance } from '../../src/stats/covariance.js';
import { symmetricEigenvalues } from '../../src/stats/eigen/eigenvalues.js';
import { covarianceSpectrum } from '../../src/stats/spectrum.js';
import {
  largestDifference,
  momentsOf,
  normal,
  rowsOf,
  twoPassCovariance,
  withEigenvalues,
} from './samples.js';

function spectrumOf(rows: number[][]): Float64Array {
  const features = rows[0].length;
  return covarianceSpectrum(covariance(momentsOf(rows)), features, rows.length);
}

function positive(spectrum: Float64Array): number {
  return spectrum.filter((value) => value > 0).length;
}

describe('covarianceSpectrum', () => {
  it('leaves exactly n − 1 eigenvalues above 0 where rows are fewer than features', () => {
    const next = normal(1);
    for (const count of [2, 3, 10, 40]) expect(positive(spectrumOf(rowsOf(count, 40, next)))).toBe(count - 1);
  });

  it('leaves no more than n − 1 above 0 where a far mean makes the rounding of the rest larger than they are', () => {
    const next = normal(11);
    const spectrum = spectrumOf(rowsOf(5, 12, () => 1e4 + next()));
    expect(spectrum.indexOf(0)).toBe(4);
  });

  it('is all zeros for one observation', () => {
    expect(spectrumOf([[0.1, 0.2, 0.3]])).toEqual(new Float64Array(3));
  });

  it('counts a feature only once where others are copies of it', () => {
    const next = normal(2);
    const rows = rowsOf(200, 6, next).map((row) => [...row, ...row, row[0] * 3]);
    const spectrum = spectrumOf(rows);
    expect(positive(spectrum)).toBe(6);
    // Doubling each feature doubles the eigenvalues of the rest.
    const single = rows.map((row) => row.slice(1, 6));
    const doubled = rows.map((row) => [...row.slice(1, 6), ...row.slice(7, 12)]);
    const expected = spectrumOf(single).map((value) => 2 * value);
    expect(largestDifference(spectrumOf(doubled).slice(0, 5), expected)).toBeLessThan(1e-14);
  });

  it('leaves constant features out, a large one among small ones too', () => {
    const next = normal(3);
    const rows = rowsOf(300, 5, () => 1e-3 * next());
    const withConstants = rows.map((row) => [1e4, ...row.slice(0, 2), -77.7, ...row.slice(2), 0]);
    const spectrum = spectrumOf(withConstants);
    expect(spectrum.length).toBe(8);
    expect(largestDifference(spectrum.slice(0, 5), spectrumOf(rows))).toBeLessThan(1e-20);
    expect(spectrum.slice(5)).toEqual(new Float64Array(3));
  });

  it('keeps small eigenvalues that are above the noise', () => {
    const known = [1, 1e-3, 1e-6, 1e-9, 1e-12];
    const found = covarianceSpectrum(withEigenvalues(known, 4), 5, 1000);
    expect(largestDifference(found, known)).toBeLessThan(1e-15);
    expect(found[4]).toBeGreaterThan(0);
  });

  it('agrees with two passes where the mean is 10,000 deviations away', () => {
    const next = normal(5);
    const rows = rowsOf(2000, 6, (_, j) => 1e4 + next() * (j + 1));
    const expected = symmetricEigenvalues(twoPassCovariance(rows), 6);
    // ε · mean² is 2e-8, and the sums of 2,000 rows lose a digit more; λ₁ is about 36.
    expect(largestDifference(spectrumOf(rows), expected)).toBeLessThan(1e-7 * expected[0]);
  });

  it('is that of a smaller matrix with the same eigenvalues, where one is known', () => {
    // diag(3, 1) has the eigenvalues of a 3 × 3 covariance of rank 2; another one shows which was taken.
    const covariance = () => Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 1e-30);
    expect(covarianceSpectrum(covariance(), 3, 100, Float64Array.of(5, 0, 0, 4))).toEqual(
      Float64Array.of(5, 4, 0),
    );
    // A constant feature is still in the smaller matrix, so the covariance without it is taken.
    const constant = Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 0);
    const found = covarianceSpectrum(constant, 3, 100, Float64Array.of(5, 0, 0, 4));
    expect(largestDifference(found, [3, 1, 0])).toBeLessThan(1e-15);
  });

  it('takes what is below features · ε · λ₁ for 0, and keeps what is above', () => {
    const diagonal = (small: number) => covarianceSpectrum(Float64Array.of(8, 0, 0, small), 2, 100);
    // 2 · 2⁻⁵² · 8 = 2⁻⁴⁸
    expect(diagonal(2 ** -48)).toEqual(Float64Array.of(8, 0));
    expect(diagonal(2 ** -47)).toEqual(Float64Array.of(8, 2 ** -47));
  });

  it('refuses what is not a number', () => {
    expect(() => covarianceSpectrum(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2, 9)).toThrow(
      /not a number/,
    );
  });
});
