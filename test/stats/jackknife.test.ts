import { describe, expect, it } from 'vitest';
import { degreesOfFreedom, jackknife } from '../../src/stats/jackknife.js';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Over n, not n − 1. */
const variance = (values: readonly number[]) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
};
const x = [3, 1, 4, 1, 5, 9, 2, 6];
const withoutEach = (of: (values: readonly number[]) => number) =>
  x.map((_, i) => of(x.filter((_, j) => j !== i)));
const ones = x.map(() => 1);

describe('jackknife', () => {
  it('gives the standard error of a mean, s / √n, and no bias', () => {
    const found = jackknife(mean(x), withoutEach(mean), ones);
    expect(found.standardError).toBeCloseTo(Math.sqrt(variance(x) / (x.length - 1)), 12);
    expect(found.bias).toBeCloseTo(0, 12);
  });

  it('gives the bias of a variance over n: −s² / n', () => {
    const { bias } = jackknife(variance(x), withoutEach(variance), ones);
    expect(bias).toBeCloseTo(-variance(x) / (x.length - 1), 12);
  });

  it('weighs groups of different sizes: the mean of 1, 1, 1 and 5', () => {
    // θ = 2, θ₋₁ = 5 without the three, θ₋₂ = 1 without the one; h = 4/3 and 4.
    // θ_J = 2 · 2 − (1/4 · 5 + 3/4 · 1) = 2; θ̃₁ = 4/3 · 2 − 1/3 · 5 = 1, θ̃₂ = 4 · 2 − 3 · 1 = 5.
    // Variance = ((1 − 2)² / (1/3) + (5 − 2)² / 3) / 2 = 3.
    const found = jackknife(2, [5, 1], [3, 1]);
    expect(found.bias).toBeCloseTo(0, 12);
    expect(found.standardError).toBeCloseTo(Math.sqrt(3), 12);
  });
});

describe('degreesOfFreedom', () => {
  it('is one less than the groups where all are of one size', () => {
    expect(degreesOfFreedom([5, 5, 5, 5])).toBeCloseTo(3, 12);
  });

  it('is less where they are not: (32 · 3 + 4)² / (32² · 3 + 4²) − 1', () => {
    expect(degreesOfFreedom([32, 32, 32, 4])).toBeCloseTo(10000 / 3088 - 1, 12);
  });
});
