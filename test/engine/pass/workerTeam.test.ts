import { describe, expect, it } from 'vitest';
import { instrument } from '../../../src/instrument/instrument.js';
import { findLayers } from '../../../src/layers/findLayers.js';
import { engine, linearModel, linearMoments, memorySource, rows } from '../../support/engine.js';
import { inMemory } from '../../support/graphs.js';
import { channelwise } from '../../support/instrumented.js';
import { model, node, tensor, value } from '../../support/models.js';

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
  it.each([[[0, 1]], [[0, 1, 2]], [[0, 0]]])(
    '%j give what one gives, and the same each time',
    async (devices) => {
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
    },
  );

  it('does not mind devices that get no batch', async () => {
    const { layers, samples } = await observed([0, 1, 2], 5);
    expect(samples).toBe(5);
    expect(layers[0].moments.count).toBe(5);
  });

  it('map the moments of inputs each for itself', async () => {
    const file = inMemory(
      model({
        nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
        inputs: [value('x', 'float32', ['n', 3])],
        outputs: ['y'],
        initializers: [tensor('w', 'float32', [3, 150], rows(3, 150))],
      }),
    );
    const found = (device: readonly number[] | undefined) =>
      engine.observe(
        instrument(file, findLayers(file).layers, { ...channelwise, measureAt: 'cheaper' }),
        memorySource({ x: { type: 'float32', dims: [100, 3], data: rows(100, 3) } }),
        { provider: 'cpu', precision: 'float64', batchSize: 7, device },
      );
    const [[one], [several]] = [(await found(undefined)).layers, (await found([0, 1])).layers];
    expect(one.inner).toHaveLength(9);
    expect(several.moments.count).toBe(100);
    const largest = Math.max(...one.moments.scatter);
    several.moments.scatter.forEach((entry, i) => {
      expect(Math.abs(entry - one.moments.scatter[i])).toBeLessThanOrEqual(1e-12 * largest);
    });
  });
});
