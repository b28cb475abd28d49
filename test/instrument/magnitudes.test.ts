import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import { activationModel } from '../support/activationModel.js';
import { channelwise, run } from '../support/instrumented.js';

async function magnitudes(values: readonly number[], type: 'float32' | 'float64' = 'float32', opset = 17) {
  const dims = [values.length / 2, 2];
  const layout = { kind: 'featuresLast', rank: 2 } as const;
  const { file, layer, feeds } = activationModel({ layout, dims, values, type, opset });
  const { bytes, layers } = instrument(file, [layer], { ...channelwise, magnitudes: true });
  const { type: given, data } = (await run(bytes, feeds))[layers[0].magnitudes ?? ''];
  expect(given).toBe('float64');
  return [...data].map(Number);
}

describe('the magnitudes of a layer', () => {
  it('are the largest of all, how many lie beyond float16, and how many there are', async () => {
    expect(await magnitudes([1, -70_000, 65_519, -65_520, 65_521, 0])).toEqual([70_000, 3, 6]);
    expect(await magnitudes([0.5, -0.25])).toEqual([0.5, 0, 2]);
  });

  it('are those of float64 where the model computes in it', async () => {
    expect(await magnitudes([1e200, -2], 'float64')).toEqual([1e200, 1, 2]);
  });

  it('are 0 of nothing, and told by models of opset 9', async () => {
    expect(await magnitudes([])).toEqual([0, 0, 0]);
    expect(await magnitudes([-3, 2], 'float32', 9)).toEqual([3, 0, 2]);
  });

  it('are refused of older models', () => {
    const layout = { kind: 'featuresLast', rank: 2 } as const;
    const { file, layer } = activationModel({ layout, dims: [1, 2], opset: 8 });
    const old = () => instrument(file, [layer], { ...channelwise, magnitudes: true });
    expect(old).toThrow(UserError);
    expect(old).toThrow('--magnitudes takes a model of opset 9 or newer, this one has opset 8');
  });
});
