import { describe, expect, it } from 'vitest';
import { impossibleMoments } from '../../src/stats/impossibleMoments.js';
import type { Moments } from '../../src/stats/moments.js';
import { momentsOf, normal, rowsOf } from './samples.js';

const of = (count: number, sum: readonly number[], scatter: readonly number[]): Moments => ({
  count,
  sum: Float64Array.from(sum),
  scatter: Float64Array.from(scatter),
});

describe('moments that observations can have', () => {
  it.each<[string, Moments]>([
    ['of random rows', momentsOf(rowsOf(40, 5, normal(1)))],
    ['of one row', momentsOf([[3, -4, 0]])],
    ['of a constant', momentsOf(rowsOf(100, 2, () => 0.1))],
    ['of none', of(0, [0, 0], [0, 0, 0, 0])],
    [
      'of features that are copies with the sign turned',
      momentsOf(rowsOf(9, 1, normal(2)).map(([x]) => [x, -x])),
    ],
    // Squares of 1e-170 are below any double.
    ['of numbers whose squares vanish', of(1, [1e-170], [0])],
  ])('pass: %s', (_, moments) => {
    expect(impossibleMoments(moments)).toBeUndefined();
  });
});

describe('moments that no observations can have', () => {
  it.each<[Moments, RegExp]>([
    [of(-1, [0], [0]), /^a count of -1/],
    [of(1.5, [0], [1]), /^a count of 1.5/],
    [of(2, [0, Number.NaN], [1, 0, 0, 1]), /^NaN or Inf in its sum/],
    [of(2, [0, 0], [1, 0, Number.POSITIVE_INFINITY, 1]), /^NaN or Inf in its scatter/],
    [of(2, [0, 0], [1, 0, 0, -1]), /^a sum of squares of -1 \(feature 1\)/],
    // (−6)² = 36 > 2 · 17.9
    [of(2, [0, -6], [1, 0, 0, 17.9]), /^a sum of -6 over 2 observations .* 17.9 only \(feature 1\)/],
    [of(0, [0], [1e-9]), /over no observations/],
    // 6.1 > √4 · √9, on either side of the diagonal, of either sign
    [of(9, [0, 0], [4, 6.1, 6, 9]), /^a sum of products of 6 and 6.1 .* \(features 0 and 1\)/],
    [of(9, [0, 0], [4, 6, -6.1, 9]), /^a sum of products of -6.1 and 6 /],
    [of(9, [0, 0], [4, 1, 1.001, 9]), /^a sum of products of 1.001 and 1 /],
    [of(9, [0, 0, 0], [4, 0, 0, 0, 4, 3, 0, 5, 4]), /\(features 1 and 2\)/],
  ])('are told: %o', (moments, words) => {
    expect(impossibleMoments(moments)).toMatch(words);
  });

  it('have as much room as the precision that they were computed in', () => {
    // A sum of 2 over 4 observations needs squares of 1; a thousandth less is float32 rounding, not float64's.
    const rounded = of(4, [2], [0.999]);
    expect(impossibleMoments(rounded)).toMatch(/a sum of 2 over 4/);
    expect(impossibleMoments(rounded, 'float32')).toBeUndefined();
    expect(impossibleMoments(of(4, [2], [0.9]), 'float32')).toMatch(/a sum of 2 over 4/);
    expect(impossibleMoments(of(4, [2], [1 - 1e-9]))).toBeUndefined();
    // Squares of 1e-20 and below are lost in float32: 1e-38 is about its smallest number.
    expect(impossibleMoments(of(1, [1e-20], [0]), 'float32')).toBeUndefined();
    expect(impossibleMoments(of(1, [1e-20], [0]))).toMatch(/a sum of 1e-20/);
  });
});
