import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { intrinsicDimensionality } from '../../src/stats/intrinsicDimensionality.js';

/** 1, r, r², …: `length` of them. */
function geometric(ratio: number, length: number): Float64Array {
  const values = new Float64Array(length).fill(1);
  for (let i = 1; i < length; i++) values[i] = values[i - 1] * ratio;
  return values;
}

const thresholds = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999];

describe("the rule 'explained'", () => {
  it.each([
    [0.5, 1],
    [0.9, 1],
    [0.91, 2],
    [0.99, 2],
    [0.991, 3],
    [1, 3],
  ])('of 0.9, 0.09, 0.01 takes at %d the first %d, ties included', (threshold, directions) => {
    expect(intrinsicDimensionality([0.9, 0.09, 0.01], threshold, 'explained')).toBe(directions);
  });

  it('meets every decimal tie: k of n equal eigenvalues at the threshold k/n', () => {
    for (let n = 1; n <= 200; n++) {
      for (let k = 1; k <= n; k++) {
        for (const size of [1, 0.1, 1 / 3]) {
          expect(intrinsicDimensionality(new Float64Array(n).fill(size), k / n, 'explained')).toBe(k);
        }
      }
    }
  });

  it('wants all that is not 0 at threshold 1, however small', () => {
    expect(intrinsicDimensionality([1, 1e-15, 1e-30, 0, 0], 1, 'explained')).toBe(3);
  });

  // c = np.cumsum(g) / g.sum(); [(c < t).sum() + 1 for t in thresholds]
  it.each([
    [0.5, 12, [1, 3, 4, 5, 7, 10]],
    [0.7, 32, [2, 5, 7, 9, 13, 20]],
    [0.9, 64, [7, 16, 22, 29, 43, 59]],
    [0.99, 512, [69, 158, 225, 288, 413, 497]],
  ])('agrees with NumPy on powers of %d', (ratio, length, expected) => {
    const eigenvalues = geometric(ratio, length);
    expect(thresholds.map((share) => intrinsicDimensionality(eigenvalues, share, 'explained'))).toEqual(
      expected,
    );
  });

  it('is 0 for a dead layer', () => {
    expect(intrinsicDimensionality([0, 0, 0], 0.99, 'explained')).toBe(0);
    expect(intrinsicDimensionality([0, 0, 0], 1, 'explained')).toBe(0);
  });
});

describe("the rule 'intended', of old runs", () => {
  // c = np.cumsum(g) / g.sum(); k = (c < t).sum(); 1 if k == 0 else k + (t - c[c < t][-1] > 0.02)
  it.each([
    [0.5, 12, [1, 3, 4, 4, 6, 9]],
    [0.7, 32, [2, 5, 6, 8, 12, 19]],
    [0.9, 64, [7, 15, 21, 28, 42, 58]],
    [0.99, 512, [68, 157, 224, 287, 412, 496]],
  ])('agrees with NumPy on powers of %d', (ratio, length, expected) => {
    const eigenvalues = geometric(ratio, length);
    expect(thresholds.map((share) => intrinsicDimensionality(eigenvalues, share, 'intended'))).toEqual(
      expected,
    );
  });

  it.each([
    // shares 0.9, 0.99, 1 at 0.95: one is below, 0.05 short → one more
    [[0.9, 0.09, 0.01], 0.95, 2],
    // shares 0.94, 0.99, 1 at 0.95: one is below, 0.01 short → stops below the threshold
    [[0.94, 0.05, 0.01], 0.95, 1],
    // the first share is not below → 1
    [[0.9, 0.09, 0.01], 0.5, 1],
    // shares 0.5, 1 at 1: 0.5 short → both
    [[1, 1], 1, 2],
    // 0.99 − 0.97 is 0.020000000000000018 in doubles, and so above 0.02, in Python as here
    [[0.97, 0.03], 0.99, 2],
  ])('by hand: %j at %d gives %d', (eigenvalues, threshold, directions) => {
    expect(intrinsicDimensionality(eigenvalues, threshold, 'intended')).toBe(directions);
  });

  it('is 1 for a dead layer, whose shares are NaN', () => {
    expect(intrinsicDimensionality([0, 0, 0], 0.99, 'intended')).toBe(1);
  });
});

describe('thresholds', () => {
  it.each([0, -0.1, 1.01, 99, Number.NaN])('refuses %d', (threshold) => {
    expect(() => intrinsicDimensionality([1], threshold, 'explained')).toThrow(UserError);
  });
});

describe("the rule 'delve'", () => {
  // What compute_intrinsic_dimensionality of the installed package returned for these diagonal covariances.
  it.each([
    [[1, 0, 0], 0.99, 0],
    [[0.5, 0.3, 0.2], 0.9, 2],
    [[0, 0, 0], 0.99, 0],
  ])(
    'gives for eigenvalues %j at %d what the released package gives: %d',
    (eigenvalues, threshold, directions) => {
      expect(intrinsicDimensionality(eigenvalues, threshold, 'delve')).toBe(directions);
    },
  );

  it('leaves out the one more that the rule in its source asks for', () => {
    // Shares 0.8, 1: 0.99 − 0.8 > 0.02.
    expect(intrinsicDimensionality([8, 2], 0.99, 'intended')).toBe(2);
    expect(intrinsicDimensionality([8, 2], 0.99, 'delve')).toBe(1);
  });
});
