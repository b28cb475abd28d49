import { describe, expect, test } from 'vitest';
import type { Precision } from '../../src/instrument/options.js';
import type { Moments } from '../../src/stats/moments.js';
import { activationModel } from '../support/activationModel.js';
import { bothMoments, instrumentedMoments } from '../support/instrumented.js';

const layout = { kind: 'featuresLast', rank: 2 } as const;

/** The variance of each feature about the mean, from the rows, in two passes. */
function variances(rows: readonly (readonly number[])[]): number[] {
  return rows[0].map((_, feature) => {
    const mean = rows.reduce((sum, row) => sum + row[feature], 0) / rows.length;
    return rows.reduce((sum, row) => sum + (row[feature] - mean) ** 2, 0) / rows.length;
  });
}

const varianceOf = ({ count, sum, scatter }: Moments, feature: number): number =>
  scatter[feature * sum.length + feature] / count - (sum[feature] / count) ** 2;

/** Uniform numbers in [−1, 1), of variance 1/3, by a linear congruential generator. */
function noise(length: number): number[] {
  let state = 12345;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Rows of 3 features with a mean so many standard deviations away from 0. */
function farAway(deviations: number, rows: number): number[] {
  const scales = [1, 10, 0.1];
  return noise(rows * 3).map((entry, i) => scales[i % 3] * (entry + deviations / Math.sqrt(3)));
}

async function largestVarianceError(values: number[], type: 'float32' | 'float64', precision: Precision) {
  const { actual, rows } = await bothMoments(
    activationModel({ layout, dims: [values.length / 3, 3], values, type }),
    { convMethod: 'channelwise', precision },
  );
  return Math.max(...variances(rows).map((variance, i) => Math.abs(varianceOf(actual, i) / variance - 1)));
}

describe('float32', () => {
  test('costs no more than 1e-4 of the variance where the mean is 1,000 deviations away', async () => {
    expect(await largestVarianceError(farAway(1000, 20000), 'float32', 'float32')).toBeLessThanOrEqual(1e-4);
  });

  test('nor where 200,000 rows lie in one batch, whose float32 sum rounds the most', async () => {
    expect(await largestVarianceError(farAway(1000, 200_000), 'float32', 'float32')).toBeLessThanOrEqual(
      1e-4,
    );
  });

  test('nor where the first row is far away from all others', async () => {
    const values = farAway(1000, 20000);
    values.fill(0, 0, 3);
    const { actual, rows } = await bothMoments(
      activationModel({ layout, dims: [20000, 3], values: values.slice(0, 60000) }),
      { convMethod: 'channelwise', precision: 'float32' },
    );
    variances(rows).forEach((variance, i) => {
      expect(Math.abs(varianceOf(actual, i) / variance - 1)).toBeLessThanOrEqual(1e-4);
    });
  });

  test('keeps the digits of means that are float64 already', async () => {
    const { actual, rows } = await bothMoments(
      activationModel({
        layout: { kind: 'featureMap', rank: 3 },
        dims: [2000, 3, 2],
        values: farAway(1000, 4000),
      }),
      { convMethod: 'mean', precision: 'float32' },
    );
    variances(rows).forEach((variance, i) => {
      expect(Math.abs(varianceOf(actual, i) / variance - 1)).toBeLessThanOrEqual(1e-4);
    });
  });
});

describe('float64, where the mean is 10,000 deviations away', () => {
  test('costs no more than 1e-6 of the variance of float32 activations, whose sums are exact', async () => {
    expect(await largestVarianceError(farAway(10000, 20000), 'float32', 'float64')).toBeLessThanOrEqual(1e-6);
  });

  test('costs √n · 2⁻⁵³ · 2 · 10,000² of the variance of float64 activations, whose n sums round', async () => {
    const bound = Math.sqrt(20000) * 2 ** -53 * 2 * 10000 ** 2;
    expect(await largestVarianceError(farAway(10000, 20000), 'float64', 'float64')).toBeLessThanOrEqual(
      2 * bound,
    );
  });
});

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  const options = { convMethod: 'channelwise', precision } as const;

  test('one row', async () => {
    const { actual } = await bothMoments(activationModel({ layout, dims: [1, 2], values: [3, -2] }), options);
    expect(actual).toEqual({ count: 1, sum: Float64Array.of(3, -2), scatter: Float64Array.of(9, -6, -6, 4) });
  });

  test('one feature', async () => {
    const { actual } = await bothMoments(
      activationModel({ layout, dims: [3, 1], values: [1, 2, 6] }),
      options,
    );
    expect(actual).toEqual({ count: 3, sum: Float64Array.of(9), scatter: Float64Array.of(41) });
  });

  test.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
  ])('%s in one feature shows in its sum or its scatter', async (_, value) => {
    const { file, layer, feeds } = activationModel({ layout, dims: [3, 2], values: [1, 2, 3, value, 5, 6] });
    const moments = (await instrumentedMoments(file, [layer], options, feeds)).get('layer');
    expect(Number.isFinite(moments?.scatter[3])).toBe(false);
    if (precision === 'float64') expect(moments?.scatter[0]).toBe(1 + 9 + 25);
  });
});
