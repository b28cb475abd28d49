import { describe, expect, it } from 'vitest';
import { LayerMoments, withoutPadding } from '../../../src/engine/collect/layerMoments.js';
import { UserError } from '../../../src/errors.js';

/** Moments of a single feature: n, Σx, Σx². */
const single = (count: number, sum: number, scatter: number) => ({
  count,
  sum: Float64Array.of(sum),
  scatter: Float64Array.of(scatter),
});

describe('LayerMoments', () => {
  it('adds up batches', () => {
    const layer = new LayerMoments('fc');
    layer.add(single(2, 3, 5), 1); // x = 1, 2
    layer.add(single(1, 4, 16), 2); // x = 4
    expect(layer.observation()).toEqual({ name: 'fc', moments: single(3, 7, 21) });
  });

  it('adds up batches that come about different shifts as raw moments', () => {
    const layer = new LayerMoments('fc');
    layer.add({ ...single(2, 1, 1), shift: Float64Array.of(10) }, 1); // x = 10, 11
    layer.add({ ...single(1, -2, 4), shift: Float64Array.of(5) }, 2); // x = 3
    expect(layer.observation().moments).toEqual(single(3, 24, 100 + 121 + 9));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is invalid from the first batch with %s on', (bad) => {
    const layer = new LayerMoments('fc');
    layer.add(single(2, 3, 5), 1);
    layer.add(single(1, bad, bad), 2);
    layer.add(single(1, bad, bad), 3);
    layer.add(single(1, 1, 1), 4);
    expect(layer.observation()).toEqual({
      name: 'fc',
      moments: single(2, 3, 5),
      invalid: { batch: 2, reason: 'NaN or Inf came up' },
    });
  });

  it('tells values whose products overflow from values that are Inf themselves', () => {
    const layer = new LayerMoments('fc');
    // x = 1e19, 2e19: 4e38 is more than float32 holds (3.4e38).
    layer.add(single(2, 3e19, Number.POSITIVE_INFINITY), 1);
    expect(layer.observation().invalid).toEqual({
      batch: 1,
      reason: 'finite values whose products overflow (with --precision float64 they may not) came up',
    });
  });

  it('takes no notice of the mean over no rows', () => {
    const layer = new LayerMoments('fc');
    layer.add(single(0, Number.NaN, Number.NaN), 1);
    layer.add(single(1, 3, 9), 2);
    expect(layer.observation()).toEqual({ name: 'fc', moments: single(1, 3, 9) });
  });

  it('knows its features where no batch had rows', () => {
    const layer = new LayerMoments('fc');
    layer.add(single(0, 0, 0), 1);
    expect(layer.observation().moments).toEqual(single(0, 0, 0));
  });

  it('refuses features that change, naming the layer, both sizes and the ways out', () => {
    const layer = new LayerMoments('layer1.conv');
    layer.add(single(1, 1, 1), 1);
    const wider = { count: 1, sum: new Float64Array(2), scatter: new Float64Array(4) };
    expect(() => layer.add(wider, 2)).toThrow(UserError);
    expect(() => layer.add(wider, 2)).toThrow(
      /^layer layer1\.conv has 1 features in batch 1 and 2 in batch 2: .*--resize.*--interpolate.*--conv-method channelwise$/,
    );
  });
});

describe('withoutPadding', () => {
  it('takes out what the copies of the last sample added', () => {
    // x = 2, 3 filled up to 5: 2, 3, 3, 3, 3.
    const filled = single(5, 14, 4 + 4 * 9);
    const copies = single(5, 15, 5 * 9);
    expect(withoutPadding('fc', filled, copies, 2, 5)).toEqual(single(2, 5, 13));
  });

  it('does so where a sample has several observations, also about shifts', () => {
    // Samples (1, 2) and (3, 5), two observations each, filled up to 4: 1 2 3 5 3 5 3 5, about 1.
    const filled = { ...single(8, 19, 0 + 1 + 3 * (4 + 16)), shift: Float64Array.of(1) };
    // 3 5 3 5 3 5 3 5, about 3.
    const copies = { ...single(8, 8, 16), shift: Float64Array.of(3) };
    expect(withoutPadding('conv', filled, copies, 2, 4)).toEqual(single(4, 11, 1 + 4 + 9 + 25));
  });

  it('refuses a layer whose observations are not dealt out evenly over the samples', () => {
    expect(() => withoutPadding('odd', single(3, 0, 0), single(3, 0, 0), 1, 4)).toThrow(
      /layer odd: 3 observations do not divide by the model's batch size of 4/,
    );
  });
});
