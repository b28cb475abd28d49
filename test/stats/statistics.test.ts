import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { addMoments, addShiftedMoments, emptyMoments } from '../../src/stats/moments.js';
import { layerStatistics } from '../../src/stats/statistics.js';
import { largestDifference, momentsOf, normal, rowsOf, uniform } from './samples.js';

const explained = { thresholds: [0.99], idimRule: 'explained' } as const;
const intended = { thresholds: [0.99], idimRule: 'intended' } as const;

/**
 * The data of the NumPy figures: z = uniform(42), 157 × 6, row by row;
 * x = z * 2.0 ** -np.arange(6) + 0.5 * z[:, :1] + np.arange(6)
 */
function seededRows(): number[][] {
  const next = uniform(42);
  return rowsOf(157, 6, next).map((z) => z.map((value, j) => value * 2 ** -j + 0.5 * z[0] + j));
}

describe('layerStatistics against NumPy', () => {
  const rows = seededRows();
  const raw = emptyMoments(6);
  const shifted = emptyMoments(6);
  for (const [from, to] of [
    [0, 64],
    [64, 65],
    [65, 150],
    [150, 157],
  ]) {
    const batch = rows.slice(from, to);
    addMoments(raw, momentsOf(batch));
    const shift = Float64Array.from(batch[0]);
    addShiftedMoments(shifted, { ...momentsOf(batch, 6, shift), shift });
  }

  it.each([
    ['raw', raw],
    ['shifted', shifted],
  ])('agrees on uneven %s batches', (_, moments) => {
    const found = layerStatistics(moments, {
      thresholds: [0.99, 0.5, 0.9, 0.95, 0.999],
      idimRule: 'explained',
    });
    expect(found).toMatchObject({ observations: 157, features: 6, deadFeatures: 0, warnings: [] });
    // np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1]
    const expected = [
      0.28803577187443613, 0.01912783909340983, 0.004628983676276799, 0.0011189826195195196,
      0.0002609101254911808, 7.199841463774414e-5,
    ];
    expect(largestDifference(found.eigenvalues, expected)).toBeLessThan(1e-13);
    // np.trace(Q), np.linalg.slogdet(Q)[1], np.linalg.det(Q)
    expect(found.trace).toBeCloseTo(0.31324448580377123, 12);
    expect(found.diagonalTrace).toBeCloseTo(0.31324448580377123, 12);
    expect(found.logDeterminant).toBeCloseTo(-35.162235399720934, 9);
    expect((found.determinant ?? 0) / 5.360868996657788e-16).toBeCloseTo(1, 9);
    // p = w / w.sum(); np.exp(-(p * np.log(p)).sum()), w.sum() ** 2 / (w ** 2).sum()
    expect(found.effectiveRank).toBeCloseTo(1.4022991812935552, 12);
    expect(found.participationRatio).toBeCloseTo(1.1771841880796827, 12);
    // np.cumsum(p) = 0.9195, 0.9806, 0.9954, 0.9989, 0.9998, 1
    expect(found.intrinsicDimensionality).toBe(3);
    expect(found.saturation).toBe(0.5);
    expect(found.thresholds?.map((cut) => [cut.threshold, cut.intrinsicDimensionality])).toEqual([
      [0.99, 3],
      [0.5, 1],
      [0.9, 1],
      [0.95, 2],
      [0.999, 5],
    ]);
  });

  it('agrees on the rule that the Python package intends', () => {
    const found = layerStatistics(raw, {
      thresholds: [0.99, 0.5, 0.9, 0.95, 0.97, 0.999],
      idimRule: 'intended',
    });
    expect(found.thresholds?.map((cut) => cut.intrinsicDimensionality)).toEqual([2, 1, 1, 2, 2, 4]);
    expect(found.saturation).toBe(2 / 6);
  });

  it('lists thresholds only where there are several', () => {
    expect(layerStatistics(raw, explained)).not.toHaveProperty('thresholds');
  });
});

describe('layerStatistics by hand', () => {
  it('of (±2, 0) and (0, ±1): Q = diag(2, 0.5)', () => {
    expect(
      layerStatistics(
        momentsOf([
          [2, 0],
          [-2, 0],
          [0, 1],
          [0, -1],
        ]),
        explained,
      ),
    ).toEqual({
      observations: 4,
      features: 2,
      intrinsicDimensionality: 2,
      saturation: 1,
      trace: 2.5,
      diagonalTrace: 2.5,
      logDeterminant: 0,
      determinant: 1,
      // shares 0.8 and 0.2
      effectiveRank: expect.closeTo(0.8 ** -0.8 * 0.2 ** -0.2, 14),
      // 2.5² / (4 + 0.25)
      participationRatio: expect.closeTo(6.25 / 4.25, 14),
      deadFeatures: 0,
      eigenvalues: [2, 0.5],
      warnings: [],
    });
  });

  it('survives JSON', () => {
    const found = layerStatistics(momentsOf(rowsOf(9, 4, normal(1))), explained);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });
});

describe('layerStatistics where the data is poor', () => {
  it('says that fewer rows than features cap the rank', () => {
    const found = layerStatistics(momentsOf(rowsOf(5, 8, normal(2))), { ...explained, thresholds: [1] });
    expect(found).toMatchObject({
      intrinsicDimensionality: 4,
      saturation: 0.5,
      logDeterminant: null,
      determinant: 0,
    });
    expect(found.warnings).toEqual([
      'only 5 observations for 8 features: at most 4 directions can carry variance; use more data',
    ]);
    expect(found.effectiveRank).toBeLessThan(4);
  });

  it('says so too where rows and features are as many, and not beyond', () => {
    const warningsOf = (count: number) =>
      layerStatistics(momentsOf(rowsOf(count, 2, normal(3))), explained).warnings;
    expect(warningsOf(2)).toEqual([
      'only 2 observations for 2 features: at most 1 direction can carry variance; use more data',
    ]);
    expect(warningsOf(3)).toEqual([]);
  });

  it('takes one row', () => {
    const found = layerStatistics(momentsOf([[0.1, 1e4, -3]]), explained);
    expect(found).toMatchObject({ observations: 1, intrinsicDimensionality: 0, saturation: 0, trace: 0 });
    expect(found).toMatchObject({
      deadFeatures: 3,
      eigenvalues: [0, 0, 0],
      determinant: 0,
      effectiveRank: 0,
    });
    expect(found.warnings).toEqual(['only 1 observation: nothing can vary; use more data']);
  });

  it('takes no row: no number at all', () => {
    const found = layerStatistics(emptyMoments(3), { thresholds: [0.99, 0.9], idimRule: 'intended' });
    expect(found).toMatchObject({
      observations: 0,
      features: 3,
      saturation: null,
      trace: null,
      deadFeatures: null,
    });
    expect(found.eigenvalues).toEqual([]);
    expect(found).not.toHaveProperty('thresholds');
    expect(found.warnings).toEqual(['nothing was observed: no data reached this layer']);
  });

  it('says that a layer is dead: idim 0, or 1 by the rule of the Python package', () => {
    const moments = momentsOf(rowsOf(50, 4, (_, j) => [0, 0.1, 1e4, -7.7][j]));
    expect(layerStatistics(moments, explained)).toMatchObject({
      intrinsicDimensionality: 0,
      saturation: 0,
      trace: 0,
      deadFeatures: 4,
      effectiveRank: 0,
      participationRatio: 0,
      logDeterminant: null,
      warnings: ['dead layer: every feature is constant over the data'],
    });
    expect(layerStatistics(moments, intended)).toMatchObject({
      intrinsicDimensionality: 1,
      saturation: 0.25,
    });
  });

  it('counts dead features, and is not disturbed by large ones', () => {
    const next = normal(4);
    const rows = rowsOf(500, 4, next);
    const found = layerStatistics(momentsOf(rows.map((row) => [1e6, ...row])), explained);
    const alive = layerStatistics(momentsOf(rows), explained);
    expect(found.warnings).toEqual(['1 of 5 features is dead (constant over the data)']);
    const two = layerStatistics(momentsOf(rows.map((row) => [1e6, ...row, -3])), explained);
    expect(two.warnings).toEqual(['2 of 6 features are dead (constant over the data)']);
    expect(found.eigenvalues).toEqual([...alive.eigenvalues, 0]);
    expect(found.effectiveRank).toBe(alive.effectiveRank);
    expect(found.intrinsicDimensionality).toBe(4);
    expect(found.saturation).toBe(0.8);
  });

  it('calls duplicated and added-up features singular, also where the mean is 10,000 deviations away', () => {
    for (const offset of [0, 1e4]) {
      const next = normal(5);
      const rows = rowsOf(400, 5, () => offset + next()).map((row) => [...row, row[2], row[0] + row[1]]);
      const found = layerStatistics(momentsOf(rows), explained);
      expect(found).toMatchObject({ logDeterminant: null, determinant: 0, intrinsicDimensionality: 5 });
    }
  });

  it('is right where the mean is 10,000 deviations away', () => {
    const rows = rowsOf(1000, 4, normal(6)).map((row) => row.map((value, j) => value * (j + 1)));
    const near = layerStatistics(momentsOf(rows), explained);
    const far = layerStatistics(momentsOf(rows.map((row) => row.map((value) => value + 1e4))), explained);
    expect(largestDifference(far.eigenvalues, near.eigenvalues)).toBeLessThan(1e-6);
    expect(far.logDeterminant).toBeCloseTo(near.logDeterminant ?? Number.NaN, 5);
    expect(far.intrinsicDimensionality).toBe(near.intrinsicDimensionality);
  });
});

describe('the determinant', () => {
  // (m ± 1, ±3e-5): Q = diag(1, 9e-10), whatever m is.
  const about = (mean: number) =>
    layerStatistics(
      momentsOf([
        [mean - 1, 3e-5],
        [mean - 1, -3e-5],
        [mean + 1, 3e-5],
        [mean + 1, -3e-5],
      ]),
      explained,
    );

  it('is a number where the smallest eigenvalue stands above the rounding of the squares', () => {
    expect(about(0).logDeterminant).toBeCloseTo(Math.log(9e-10), 9);
  });

  it('is none where a mean far from 0 leaves more rounding than that: 2 ε · 1e8 = 4e-8', () => {
    expect(about(1e4)).toMatchObject({ logDeterminant: null, determinant: 0 });
  });
});

describe('layerStatistics refuses', () => {
  it('moments with NaN', () => {
    expect(() => layerStatistics(momentsOf([[1, Number.NaN]]), explained)).toThrow(/NaN or Inf/);
  });

  it('a threshold that is not a share of variance, also where nothing was observed', () => {
    const options = { ...explained, thresholds: [0.99, 2] };
    expect(() =>
      layerStatistics(
        momentsOf([
          [1, 2],
          [2, 1],
        ]),
        options,
      ),
    ).toThrow(UserError);
    expect(() => layerStatistics(emptyMoments(2), options)).toThrow(/threshold 2 /);
    expect(() => layerStatistics(emptyMoments(2), { ...explained, thresholds: [] })).toThrow(/no threshold/);
  });
});

describe('moments of float32 products', () => {
  it('cannot tell an eigenvalue below float32 rounding from 0: the determinant is not a number to print', () => {
    // Rows (±1, ±1e-4): Q = diag(1, 1e-8), and 1e-8 < 2 features · 2⁻²³ · 1.
    const moments = momentsOf([
      [1, 1e-4],
      [1, -1e-4],
      [-1, 1e-4],
      [-1, -1e-4],
    ]);
    expect(layerStatistics(moments, explained).logDeterminant).toBeCloseTo(Math.log(1e-8), 9);
    const float32 = layerStatistics(moments, { ...explained, precision: 'float32' });
    expect(float32).toMatchObject({ logDeterminant: null, determinant: 0 });
  });
});
