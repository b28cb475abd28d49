import { describe, expect, it } from 'vitest';
import { instrument } from '../../src/instrument/instrument.js';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { inMemory } from '../support/graphs.js';
import { channelwise, ortTensor, run } from '../support/instrumented.js';
import { model, node, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

/** y = x W and z = y + y, of two features each. */
const file = (opset = 17, irVersion = 8) =>
  inMemory(
    model({
      opset,
      irVersion,
      inputs: [value('x', 'float32', ['n', 2])],
      nodes: [
        node('MatMul', ['x', 'w'], ['y'], {}, { name: '/a/MatMul' }),
        node('MatMul', ['y', 'w'], ['z'], {}, { name: '/b/MatMul' }),
      ],
      initializers: [tensor('w', 'float32', [2, 2], [1, 2, 0, 1])],
      outputs: ['z'],
    }),
  );

/** Two batches of two samples. */
const x = [1, 2, 3, -1, 0, 5, 2, 2];
/** (a, b) W = (a, 2 a + b). */
const times = ([a, b]: readonly number[]) => [a, 2 * a + b];
const rows = [0, 1, 2, 3].map((i) => times([x[2 * i], x[2 * i + 1]]));

async function given(
  options: InstrumentOptions,
  parts = { opset: 17, irVersion: 8, batches: 'several' as 'several' | number },
) {
  const of = file(parts.opset, parts.irVersion);
  const { bytes, layers, accumulates } = instrument(of, findLayers(of).layers, options, parts.batches);
  expect(accumulates).toBe(true);
  const outputs = await run(bytes, { x: ortTensor('float32', [2, 2, 2], x) });
  return layers.map(({ count, sum, scatter }) => ({
    count: Number(outputs[count].data[0]),
    sum: Float64Array.from(outputs[sum].data as Float64Array),
    scatter: Float64Array.from(outputs[scatter].data as Float64Array),
  }));
}

describe('a model that takes several batches a run', () => {
  const expected = [momentsOf(rows), momentsOf(rows.map(times))];

  it.each([17, 13, 12, 11])('gives the moments of all of them, at opset %i', async (opset) => {
    expect(await given(channelwise, { opset, irVersion: 8, batches: 'several' })).toEqual(expected);
  });

  it('gives raw moments in float32 as well, where each batch has a shift of its own', async () => {
    const found = await given({ ...channelwise, precision: 'float32' });
    for (const [i, { count, sum, scatter }] of found.entries()) {
      expect(count).toBe(4);
      sum.forEach((entry, k) => void expect(entry).toBeCloseTo(expected[i].sum[k], 4));
      scatter.forEach((entry, k) => void expect(entry).toBeCloseTo(expected[i].scatter[k], 3));
    }
  });

  it('may be one of an old format, in which bodies have no weights', async () => {
    expect(await given(channelwise, { opset: 11, irVersion: 3, batches: 'several' })).toEqual(expected);
  });

  it('takes as many as were asked for, and no others', async () => {
    expect(await given(channelwise, { opset: 17, irVersion: 8, batches: 2 })).toEqual(expected);
    await expect(given(channelwise, { opset: 17, irVersion: 8, batches: 3 })).rejects.toThrow();
  });

  it('is there beside one for a single batch, where either may come up', async () => {
    const of = file();
    const { single, accumulates, layers } = instrument(of, findLayers(of).layers, channelwise, 'either');
    expect(accumulates).toBe(true);
    const outputs = await run(single ?? new Uint8Array(), { x: ortTensor('float32', [4, 2], x) });
    expect(Number(outputs[layers[0].count].data[0])).toBe(4);
  });

  it('is none where one batch is asked for, or the opset has no such loop', () => {
    for (const [opset, batches] of [
      [17, 'one'],
      [17, 1],
      [10, 'several'],
    ] as const) {
      const of = file(opset);
      expect(instrument(of, findLayers(of).layers, channelwise, batches).accumulates).toBeUndefined();
    }
  });

  it('hands out what else is kept, batch by batch', async () => {
    const of = file();
    const { bytes } = instrument(of, findLayers(of).layers, channelwise, 'several', ['z']);
    const { z } = await run(bytes, { x: ortTensor('float32', [2, 2, 2], x) });
    expect([z.dims, [...z.data]]).toEqual([[2, 2, 2], rows.flatMap(times)]);
  });
});
