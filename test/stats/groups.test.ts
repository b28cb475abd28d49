import { describe, expect, it } from 'vitest';
import { affordableGroups, GroupedMoments, groupCounts, groupOf } from '../../src/stats/groups.js';
import { addMoments, emptyMoments } from '../../src/stats/moments.js';

/** Moments of rows of two features. */
function momentsOf(rows: readonly (readonly [number, number])[]) {
  const total = emptyMoments(2);
  for (const [a, b] of rows) {
    addMoments(total, {
      count: 1,
      sum: Float64Array.of(a, b),
      scatter: Float64Array.of(a * a, a * b, a * b, b * b),
    });
  }
  return total;
}

describe('groupOf', () => {
  it('gives each of the first 16 batches a group of its own', () => {
    const groups = Array.from({ length: 16 }, (_, i) => groupOf(i + 1, 16));
    expect([...groups].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  it.each([1, 2, 3, 8, 13, 16, 32])('spreads every %i-th batch evenly', (step) => {
    const counts = new Array<number>(16).fill(0);
    for (let k = 0; k < 1600; k++) counts[groupOf(1 + k * step, 16)]++;
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(96);
    expect(Math.max(...counts)).toBeLessThanOrEqual(104);
  });

  it('makes one of eight groups out of two of sixteen', () => {
    for (let b = 1; b <= 100; b++) expect(groupOf(b, 8)).toBe(groupOf(b, 16) >> 1);
  });

  it('is the one group where there is one', () => {
    expect([1, 2, 77].map((b) => groupOf(b, 1))).toEqual([0, 0, 0]);
  });
});

describe('groupCounts', () => {
  it('is 16 where they fit into the memory', () => {
    expect(groupCounts([64, 512])).toEqual([16, 16]);
  });

  it('is 8 where 16 do not fit', () => {
    // 8 · 10 · 11 / 2 = 440 bytes a group, and one group there is in any case.
    expect(groupCounts([10], 15 * 440)).toEqual([16]);
    expect(groupCounts([10], 15 * 440 - 1)).toEqual([8]);
  });

  it('leaves the widest layers without where 8 of all do not fit', () => {
    expect(groupCounts([10, 20, 10], 7 * 880)).toEqual([8, 1, 8]);
    expect(groupCounts([10, 20, 10], 7 * 880 - 1)).toEqual([1, 1, 1]);
  });
});

describe('affordableGroups', () => {
  const wide = { observations: 1e6, features: 1000 };
  const narrow = { observations: 1e6, features: 100 };

  it('is 16 where they cost little beside the moments', () => {
    // 16 · 1000³ = 1.6e10 of 0.08 · 1e6 · 1000² = 8e10.
    expect(affordableGroups([wide, narrow])).toEqual([16, 16]);
  });

  it('is fewer where the moments came faster, in the widest layers first', () => {
    // 8e10 / 8 = 1e10: half of 1.6e10 suffices. 8e10 / 16 = 5e9 allows for a quarter.
    expect(affordableGroups([wide, narrow], 8)).toEqual([8, 16]);
    expect(affordableGroups([wide, narrow], 16)).toEqual([4, 16]);
  });

  it('is 4 at least, whatever they cost, and 16 where they cost next to nothing', () => {
    expect(affordableGroups([wide, narrow], 1e9)).toEqual([4, 16]);
  });
});

describe('GroupedMoments', () => {
  it('adds up to the moments of all batches, and each batch lies in its group', () => {
    const grouped = new GroupedMoments(2, 16);
    const first = momentsOf([
      [1, 2],
      [3, 5],
    ]);
    const second = momentsOf([[-1, 4]]);
    grouped.add(first, 1);
    grouped.add(second, 2);
    // (1, 2), (3, 5), (−1, 4) by hand.
    expect({ ...grouped.total(), groups: undefined }).toEqual({
      count: 3,
      sum: Float64Array.of(3, 11),
      scatter: Float64Array.of(11, 13, 13, 45),
    });
    expect(grouped.groups[groupOf(1, 16)]).toEqual({
      count: 2,
      sum: Float64Array.of(4, 7),
      triangle: Float64Array.of(10, 17, 29),
    });
    expect(grouped.groups[groupOf(2, 16)].count).toBe(1);
  });

  it('takes moments about a shift as raw ones', () => {
    const grouped = new GroupedMoments(2, 1);
    // (10, 3) and (11, 1) about (10, 2): (0, 1) and (1, −1).
    grouped.add(
      {
        ...momentsOf([
          [0, 1],
          [1, -1],
        ]),
        shift: Float64Array.of(10, 2),
      },
      1,
    );
    expect(grouped.total()).toEqual(
      momentsOf([
        [10, 3],
        [11, 1],
      ]),
    );
  });

  it('adds parts of the data group by group', () => {
    const [whole, left, right] = [1, 2, 3].map(() => new GroupedMoments(2, 8));
    for (let b = 1; b <= 20; b++) {
      const batch = momentsOf([[b, b % 3]]);
      whole.add(batch, b);
      (b % 2 === 0 ? left : right).add(batch, b);
    }
    left.addAll(right.groups);
    expect(left.groups).toEqual(whole.groups);
  });

  it('refuses other features and other groups', () => {
    const grouped = new GroupedMoments(2, 8);
    expect(() => grouped.add(emptyMoments(3), 1)).toThrow(RangeError);
    expect(() => grouped.addAll(new GroupedMoments(2, 16).groups)).toThrow('16 groups do not add to 8');
  });
});
