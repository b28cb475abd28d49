import { describe, expect, it } from 'vitest';
import {
  addMoments,
  addShiftedMoments,
  areFinite,
  emptyMoments,
  momentsFrom,
  subtractMoments,
} from '../../src/stats/moments.js';
import { largestDifference, momentsOf, normal, rowsOf } from './samples.js';

/** Whole numbers: every sum is exact, so that equality may be asked for. */
const whole = (seed: number, count: number, features: number, offset = 0) => {
  const next = normal(seed);
  return rowsOf(count, features, () => Math.round(next() * 20) + offset);
};

describe('moments', () => {
  it('holds Σ x and Σ x xᵀ: by hand for (1, 2) and (3, 5)', () => {
    const total = emptyMoments(2);
    addMoments(total, { count: 1, sum: Float64Array.of(1, 2), scatter: Float64Array.of(1, 2, 2, 4) });
    addMoments(total, { count: 1, sum: Float64Array.of(3, 5), scatter: Float64Array.of(9, 15, 15, 25) });
    expect(total).toEqual({ count: 2, sum: Float64Array.of(4, 7), scatter: Float64Array.of(10, 17, 17, 29) });
  });

  it('is the same from uneven shards as from one pass', () => {
    const rows = whole(1, 61, 5);
    const total = emptyMoments(5);
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 30],
      [30, 61],
    ])
      addMoments(total, momentsOf(rows.slice(from, to), 5));
    expect(total).toEqual(momentsOf(rows));
  });

  it('is the same from batches about different shifts as from raw rows', () => {
    const rows = whole(2, 40, 4, 1000);
    const total = emptyMoments(4);
    for (const [from, to] of [
      [0, 7],
      [7, 8],
      [8, 40],
    ]) {
      const batch = rows.slice(from, to);
      const shift = Float64Array.from(batch[0]);
      addShiftedMoments(total, { ...momentsOf(batch, 4, shift), shift });
    }
    expect(total).toEqual(momentsOf(rows));
  });

  it('by hand: one observation 5 about the shift 3 is 5 and 25', () => {
    const total = emptyMoments(1);
    addShiftedMoments(total, {
      count: 1,
      sum: Float64Array.of(2),
      scatter: Float64Array.of(4),
      shift: Float64Array.of(3),
    });
    expect(total).toEqual({ count: 1, sum: Float64Array.of(5), scatter: Float64Array.of(25) });
  });

  it('follows from mean and covariance: S = n (Q + m mᵀ), by hand', () => {
    const found = momentsFrom(4, Float64Array.of(1, -2), Float64Array.of(2, 0.5, 0.5, 3));
    expect(found).toEqual({
      count: 4,
      sum: Float64Array.of(4, -8),
      scatter: Float64Array.of(12, -6, -6, 28),
    });
  });

  it('takes padding out of a padded batch', () => {
    const rows = whole(3, 5, 3);
    const padded = momentsOf([...rows, rows[4], rows[4], rows[4]]);
    subtractMoments(padded, momentsOf([rows[4]]), 3);
    expect(padded).toEqual(momentsOf(rows));
  });

  it('takes out several rows a sample', () => {
    const rows = whole(4, 6, 3);
    const sample = rows.slice(4);
    const padded = momentsOf([...rows, ...sample, ...sample]);
    subtractMoments(padded, momentsOf(sample), 2);
    expect(padded).toEqual(momentsOf(rows));
  });

  it('refuses to take out more than there is', () => {
    const one = momentsOf([[1, 2]]);
    expect(() => subtractMoments(momentsOf([[1, 2]]), one, 2)).toThrow(/2 observations out of 1/);
  });

  it('refuses moments of another number of features', () => {
    expect(() => addMoments(emptyMoments(3), emptyMoments(2))).toThrow(
      /2 features do not add to moments of 3/,
    );
    const shifted = { ...emptyMoments(3), shift: new Float64Array(2) };
    expect(() => addShiftedMoments(emptyMoments(3), shifted)).toThrow(/shift of 2 features/);
  });

  it('keeps the digits of shifted batches whose mean is far away', () => {
    const next = normal(5);
    const rows = rowsOf(500, 3, () => 1e4 + next());
    const shift = Float64Array.from(rows[0]);
    const total = emptyMoments(3);
    addShiftedMoments(total, { ...momentsOf(rows, 3, shift), shift });
    const raw = momentsOf(rows);
    expect(largestDifference(total.scatter, raw.scatter) / raw.scatter[0]).toBeLessThan(1e-13);
  });
});

describe('areFinite', () => {
  it.each([
    ['NaN', Number.NaN],
    ['Inf', Number.POSITIVE_INFINITY],
    ['a number whose square overflows', 1e200],
  ])('is false where one activation is %s', (_, value) => {
    expect(
      areFinite(
        momentsOf([
          [1, 2, 3],
          [4, value, 6],
        ]),
      ),
    ).toBe(false);
  });

  it('looks at every sum and every square', () => {
    const moments = momentsOf([[1, 2, 3]]);
    expect(areFinite({ ...moments, sum: Float64Array.of(1, 2, Number.NaN) })).toBe(false);
    const scatter = moments.scatter.slice();
    scatter[4] = Number.POSITIVE_INFINITY;
    expect(areFinite({ ...moments, scatter })).toBe(false);
  });

  it('is true for numbers, and for nothing observed', () => {
    expect(areFinite(momentsOf([[1, -2e100, 0]]))).toBe(true);
    expect(areFinite(emptyMoments(3))).toBe(true);
  });
});
