import { describe, expect, it } from 'vitest';
import { engine, linearModel, linearMoments, memorySource, rows } from '../support/engine.js';

const weights = { features: 3, units: 2, values: [1, -2, 0.5, 3, -1, 0.25] };
const x = rows(100, 3);

/** Devices have no meaning on the CPU: there they are so many sessions. */
const observed = (device: readonly number[] | undefined, count = 100) =>
  engine.observe(
    linearModel(weights),
    memorySource({ x: { type: 'float32', dims: [count, 3], data: x.slice(0, 3 * count) } }),
    { provider: 'cpu', precision: 'float64', batchSize: 7, device },
  );

describe('several devices', () => {
  it.each([[[0, 1]], [[0, 1, 2]]])('%j give what one gives, and the same each time', async (devices) => {
    const one = await observed(undefined);
    const several = await observed(devices);
    expect(several).toMatchObject({ samples: 100, batches: 15, provider: 'cpu', devices });
    const [expected, found] = [one.layers[0].moments, several.layers[0].moments];
    expect(found.count).toBe(100);
    found.scatter.forEach((value, i) => {
      expect(Math.abs(value - expected.scatter[i])).toBeLessThanOrEqual(
        1e-12 * Math.abs(expected.scatter[i]),
      );
    });
    expect(found.sum[0]).toBeCloseTo(linearMoments(x, weights).sum[0], 6);
    expect((await observed(devices)).layers).toEqual(several.layers);
  });

  it('does not mind devices that get no batch', async () => {
    const { layers, samples } = await observed([0, 1, 2], 5);
    expect(samples).toBe(5);
    expect(layers[0].moments.count).toBe(5);
  });
});
