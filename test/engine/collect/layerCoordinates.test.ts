import { describe, expect, it } from 'vitest';
import { LayerCoordinates } from '../../../src/engine/collect/layerCoordinates.js';

const points = (...values: number[]) => Float64Array.from(values);

describe('LayerCoordinates', () => {
  it('puts one batch behind the other, without the padding of the last', () => {
    const layer = new LayerCoordinates('fc', 3);
    layer.add(points(1, 2, 3, 4), 2, 2);
    layer.add(points(5, 6, 5, 6), 2, 1);
    expect(layer.result()).toEqual({ name: 'fc', coordinates: points(1, 2, 3, 4, 5, 6) });
  });

  it('takes the mean of as many consecutive rows as there are for each sample', () => {
    const layer = new LayerCoordinates('fc', 2);
    layer.add(points(0, 1, 4, 3, 10, 10, 20, 30), 2, 2);
    expect(layer.result().coordinates).toEqual(points(2, 2, 15, 20));
  });

  it('leaves a layer out whose rows do not divide by the samples, for good', () => {
    const layer = new LayerCoordinates('fc', 3);
    layer.add(points(0, 0, 1, 1, 2, 2), 2, 2);
    layer.add(points(1, 1), 1, 1);
    expect(layer.result()).toEqual({ name: 'fc', leftOut: 'its output has 3 rows for 2 samples' });
  });

  it('leaves a layer out that gives no rows', () => {
    const layer = new LayerCoordinates('fc', 1);
    layer.add(points(), 1, 1);
    expect(layer.result().leftOut).toBe('its output has 0 rows for 1 samples');
  });
});

describe('the order of the samples', () => {
  const tried = (rows: Float64Array, turned: Float64Array, samples: number) => {
    const layer = new LayerCoordinates('fc', samples);
    layer.requireOrder(rows, turned, samples);
    layer.add(rows, samples, samples);
    return layer.result().leftOut;
  };
  const wrong = 'its output does not hold the samples in their order';

  it('is right where turning the batch round turns the rows round', () => {
    expect(tried(points(1, 2, 3, 4, 5, 6), points(5, 6, 3, 4, 1, 2), 3)).toBeUndefined();
    // Two rows a sample: those of one sample keep their order.
    expect(tried(points(1, 2, 3, 4, 5, 6, 7, 8), points(5, 6, 7, 8, 1, 2, 3, 4), 2)).toBeUndefined();
  });

  it('is wrong where the rows stay as they are', () => {
    expect(tried(points(1, 2, 3, 4), points(1, 2, 3, 4), 2)).toBe(wrong);
  });

  it('allows for kernels that round otherwise in another row', () => {
    expect(tried(points(100, -1e-6, 0, 1e-6), points(1e-5, -1e-6, 100.001, 0), 2)).toBeUndefined();
  });

  it('says nothing of samples that never reached the layer', () => {
    const { NaN: none } = Number;
    expect(tried(points(none, none, 3, 4), points(3, 4, none, none), 2)).toBeUndefined();
    expect(tried(points(none, none, 3, 4, 1, 0), points(3, 4, 1, 0, none, none), 3)).toBe(wrong);
  });
});
