import { describe, expect, it } from 'vitest';
import { addMoments, emptyMoments } from '../../src/stats/moments.js';
import { addToPacked, emptyPacked, type KeptMoments } from '../../src/stats/packedMoments.js';
import { layerStatistics } from '../../src/stats/statistics.js';
import { layerUncertainty } from '../../src/stats/uncertainty.js';

/** Thirty-nine rows of four features, of which the last nearly follows from the first. */
const rows = Array.from({ length: 39 }, (_, i) => [
  (i * 17) % 23,
  ((i * 29 + 5) % 19) / 2,
  ((i * i) % 7) / 4,
  ((i * 13) % 11) / 8 + ((i * 17) % 23) / 2,
]);

/** Rows as moments, kept apart by groups of these sizes. */
function kept(sizes: readonly number[]): KeptMoments {
  const total = emptyMoments(4);
  let at = 0;
  const groups = sizes.map((size) => {
    const group = emptyPacked(4);
    for (const x of rows.slice(at, at + size)) {
      const row = {
        count: 1,
        sum: Float64Array.from(x),
        scatter: Float64Array.from(x.flatMap((a) => x.map((b) => a * b))),
      };
      addMoments(total, row);
      addToPacked(group, row);
    }
    at += size;
    return group;
  });
  return { ...total, groups };
}

const options = { threshold: 0.99, idimRule: 'explained' } as const;
const uncertaintyOf = (moments: KeptMoments, most?: number) =>
  layerUncertainty(
    moments,
    layerStatistics(moments, { thresholds: [0.99], idimRule: 'explained' }).eigenvalues,
    { ...options, most },
  );

describe('layerUncertainty', () => {
  it('gives what NumPy gives from the rows themselves', () => {
    // NumPy 2.4: eigvalsh of the centred rows, all and without each group; Busing's formulas; SciPy's t.
    const found = uncertaintyOf(kept([6, 9, 4, 7, 5, 8]));
    expect(found?.groups).toBe(6);
    expect(found?.degreesOfFreedom).toBeCloseTo(4.612546125461255, 12);
    // The crossing is 1.9436, and its interval 1.9195 … 1.9778: two directions of four.
    expect(found?.intrinsicDimensionality.standardError).toBeCloseTo(0.011058982517235253, 9);
    expect(found?.intrinsicDimensionality.bias).toBeCloseTo(-0.005067068671472219, 9);
    expect(found?.intrinsicDimensionality.interval).toEqual([2, 2]);
    expect(found?.saturation.standardError).toBeCloseTo(0.011058982517235253 / 4, 9);
    expect(found?.saturation.interval).toEqual([0.5, 0.5]);
    expect(found?.effectiveRank.standardError).toBeCloseTo(0.052075364792973804, 9);
    expect(found?.effectiveRank.bias).toBeCloseTo(-0.009068294619762884, 9);
    expect(found?.effectiveRank.interval[0]).toBeCloseTo(1.3274672465597241, 9);
    expect(found?.effectiveRank.interval[1]).toBeCloseTo(1.6021029548451295, 9);
  });

  it('says nothing of fewer than four groups with observations', () => {
    expect(uncertaintyOf(kept([20, 10, 9]))).toBeUndefined();
    expect(uncertaintyOf(kept([20, 10, 0, 9]))).toBeUndefined();
    expect(uncertaintyOf(kept([20, 0, 10, 5, 4]))?.groups).toBe(4);
  });

  it('says nothing of fewer than five observations a feature', () => {
    expect(uncertaintyOf(kept([5, 5, 5, 5]))?.groups).toBe(4);
    expect(uncertaintyOf(kept([5, 5, 5, 4]))).toBeUndefined();
  });

  it('says nothing where groups were not kept apart', () => {
    const { groups: _, ...moments } = kept([39]);
    expect(uncertaintyOf(moments)).toBeUndefined();
  });

  it('joins neighbouring groups until there are no more than wanted', () => {
    const eight = kept([6, 5, 5, 5, 5, 5, 4, 4]);
    expect(uncertaintyOf(eight, 4)).toEqual(uncertaintyOf(kept([11, 10, 10, 8])));
  });

  it('knows a layer that never changes exactly', () => {
    const one = { count: 2, sum: Float64Array.of(2), triangle: Float64Array.of(2) };
    const found = layerUncertainty(
      { count: 8, sum: Float64Array.of(8), scatter: Float64Array.of(8), groups: [one, one, one, one] },
      [0],
      options,
    );
    expect(found?.saturation).toEqual({ standardError: 0, bias: 0, interval: [0, 0] });
    expect(found?.effectiveRank).toEqual({ standardError: 0, bias: 0, interval: [0, 0] });
  });
});
