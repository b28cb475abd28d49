import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import type { ActivationLayout } from '../../src/layers/layer.js';
import type { MaskedAxes } from '../../src/layers/paddingMask.js';
import { inMemory } from '../support/graphs.js';
import { channelwise, instrumentedMoments, ortTensor } from '../support/instrumented.js';
import { model, node, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

/** Two samples of three positions, of which the first has two, and the second the first and the last. */
const mask = [1, 1, 0, 1, 0, 1];

/** The layer `y` is what is fed as `a`; `attention_mask` is `[samples, positions]`. */
const file = (opset = 17) =>
  inMemory(
    model({
      opset,
      inputs: [value('a', 'float32'), value('attention_mask', 'int64', ['n', 't'])],
      nodes: [node('Identity', ['a'], ['y'])],
      outputs: ['y'],
    }),
  );
const layerOf = (layout: ActivationLayout, axes: MaskedAxes) => ({
  name: 'fc',
  node: '',
  op: 'Identity',
  output: 'y',
  layout,
  features: 2,
  mask: { input: 'attention_mask', axes },
});

/** The moments of an activation that holds the feature pair (p, 10 p) at position p of a sample: 1 to 3, and 4 to 6. */
async function moments(
  layout: ActivationLayout,
  axes: MaskedAxes,
  dims: readonly number[],
  values: readonly number[],
  options: InstrumentOptions = channelwise,
  given: readonly number[] = mask,
) {
  const feeds = {
    a: ortTensor('float32', dims, values),
    attention_mask: ortTensor('int64', [2, 3], given),
  };
  return [...(await instrumentedMoments(file(), [layerOf(layout, axes)], options, feeds)).values()][0];
}
const pairs = (...positions: number[]) => positions.map((p) => [p, 10 * p]);
const inOrder = pairs(1, 2, 3, 4, 5, 6).flat();
const featuresLast = { kind: 'featuresLast', rank: 3 } as const;

describe('positions that a mask calls padding', () => {
  it.each(['float64', 'float32'] as const)('are left out of rows, in %s', async (precision) => {
    const found = await moments(featuresLast, 'rows', [2, 3, 2], inOrder, { ...channelwise, precision });
    expect(found.count).toBe(4);
    const expected = momentsOf(pairs(1, 2, 4, 6));
    for (const part of ['sum', 'scatter'] as const) {
      found[part].forEach((entry, i) => void expect(entry).toBeCloseTo(expected[part][i], 3));
    }
  });

  it('are left out of rows that hold samples and positions as one axis', async () => {
    const found = await moments({ kind: 'featuresLast', rank: 2 }, 'rows', [6, 2], inOrder);
    expect(found).toEqual(momentsOf(pairs(1, 2, 4, 6)));
  });

  it('are left out of rows of steps', async () => {
    // The positions of both samples in turn.
    const found = await moments(featuresLast, 'rowsOfSteps', [3, 2, 2], pairs(1, 4, 2, 5, 3, 6).flat());
    expect(found.count).toBe(4);
    expect([...found.sum]).toEqual([13, 130]);
    expect(found.scatter[0]).toBe(1 + 4 + 16 + 36);
  });

  it('are left out of the columns of feature maps', async () => {
    const maps = [1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60];
    const found = await moments({ kind: 'featureMap', rank: 3 }, 'columns', [2, 2, 3], maps);
    expect(found).toEqual(momentsOf(pairs(1, 2, 4, 6)));
  });

  it('stay in where feature maps are pooled', async () => {
    const maps = [1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60];
    const options = { ...channelwise, convMethod: 'max' } as const;
    const found = await moments({ kind: 'featureMap', rank: 3 }, 'columns', [2, 2, 3], maps, options);
    expect(found).toEqual(momentsOf(pairs(3, 6)));
  });

  it('stay in where they become features', async () => {
    const options = { ...channelwise, sequenceMethod: 'flatten' } as const;
    const found = await moments(featuresLast, 'rows', [2, 3, 2], inOrder, options);
    expect(found).toEqual(momentsOf([pairs(1, 2, 3).flat(), pairs(4, 5, 6).flat()]));
  });
});

describe('the last position of a sample', () => {
  const last = { ...channelwise, sequenceMethod: 'last' } as const;

  it('is the last that is no padding', async () => {
    expect(await moments(featuresLast, 'rows', [2, 3, 2], inOrder, last)).toEqual(momentsOf(pairs(2, 6)));
  });

  it('is that of steps as well', async () => {
    const steps = pairs(1, 4, 2, 5, 3, 6).flat();
    const found = await moments(featuresLast, 'rowsOfSteps', [3, 2, 2], steps, last);
    expect(found).toEqual(momentsOf(pairs(2, 6)));
  });

  it('is none in a sample of nothing but padding', async () => {
    const found = await moments(featuresLast, 'rows', [2, 3, 2], inOrder, last, [0, 0, 0, 0, 1, 0]);
    expect(found).toEqual(momentsOf(pairs(5)));
  });
});

it('padding cannot be left out of models of an opset without the operator for it', () => {
  const old = () => instrument(file(8), [layerOf(featuresLast, 'rows')], channelwise);
  expect(old).toThrow(UserError);
  expect(old).toThrow('opset 9 or newer, this one has opset 8');
});
