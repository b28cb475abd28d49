import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import type { SequenceMethod } from '../../src/instrument/options.js';
import type { ActivationLayout } from '../../src/layers/layer.js';
import { type Activation, activationModel } from '../support/activationModel.js';
import { bothMoments, distance, instrumentedMoments } from '../support/instrumented.js';

const methods: readonly SequenceMethod[] = ['last', 'timestepwise', 'flatten'];
const options = (sequenceMethod?: SequenceMethod) =>
  ({ convMethod: 'channelwise', precision: 'float64', sequenceMethod }) as const;

interface Case {
  readonly what: string;
  readonly layout: ActivationLayout;
  readonly features?: number;
  readonly dims: (samples: number) => readonly number[];
  /** Rows for 4 samples and features, by method. */
  readonly shapes: Readonly<Record<SequenceMethod, readonly [number, number]>>;
}

const tokens = (what: string, layout: ActivationLayout, features?: number): Case => ({
  what,
  layout,
  features,
  dims: (samples) => [samples, 5, 3],
  shapes: { last: [4, 3], timestepwise: [20, 3], flatten: [4, 15] },
});

const grid = (what: string, layout: ActivationLayout, features?: number): Case => ({
  what,
  layout,
  features,
  dims: (samples) => [samples, 2, 5, 3],
  shapes: { last: [4, 3], timestepwise: [40, 3], flatten: [4, 30] },
});

const cases: readonly Case[] = [
  {
    what: 'rank 2',
    layout: { kind: 'featuresLast', rank: 2 },
    dims: (samples) => [samples, 3],
    shapes: { last: [4, 3], timestepwise: [4, 3], flatten: [4, 3] },
  },
  {
    what: 'rank 2 that only the run tells',
    layout: { kind: 'featuresLast' },
    dims: (samples) => [samples, 3],
    shapes: { last: [4, 3], timestepwise: [4, 3], flatten: [4, 3] },
  },
  tokens('rank 3', { kind: 'featuresLast', rank: 3 }, 3),
  tokens('rank 3 of unknown features', { kind: 'featuresLast', rank: 3 }),
  tokens('rank 3 that only the run tells', { kind: 'featuresLast' }, 3),
  grid('rank 4', { kind: 'featuresLast', rank: 4 }, 3),
  grid('rank 4 that only the run tells, of unknown features', { kind: 'featuresLast' }),
  {
    what: 'features before samples',
    layout: { kind: 'featuresBeforeLast', rank: 2 },
    dims: (samples) => [3, samples],
    shapes: { last: [4, 3], timestepwise: [4, 3], flatten: [4, 3] },
  },
  {
    what: 'features before the last of 3 axes',
    layout: { kind: 'featuresBeforeLast', rank: 3 },
    features: 3,
    dims: (samples) => [samples, 3, 5],
    shapes: { last: [4, 3], timestepwise: [20, 3], flatten: [4, 15] },
  },
  {
    what: 'features before the last of 4 axes',
    layout: { kind: 'featuresBeforeLast', rank: 4 },
    features: 3,
    dims: (samples) => [samples, 2, 3, 5],
    shapes: { last: [4, 3], timestepwise: [40, 3], flatten: [4, 30] },
  },
  {
    what: 'features before the last axis, of a rank that only the run tells',
    layout: { kind: 'featuresBeforeLast' },
    features: 3,
    dims: (samples) => [samples, 3, 5],
    shapes: { last: [4, 3], timestepwise: [20, 3], flatten: [4, 15] },
  },
  {
    what: 'features before the last of 4 axes, of a rank that only the run tells',
    layout: { kind: 'featuresBeforeLast' },
    features: 3,
    dims: (samples) => [samples, 2, 3, 5],
    shapes: { last: [4, 3], timestepwise: [40, 3], flatten: [4, 30] },
  },
  {
    what: 'features before samples, of a rank that only the run tells',
    layout: { kind: 'featuresBeforeLast' },
    features: 3,
    dims: (samples) => [3, samples],
    shapes: { last: [4, 3], timestepwise: [4, 3], flatten: [4, 3] },
  },
  {
    what: 'a recurrent layer, steps first',
    layout: { kind: 'recurrent', batchFirst: false },
    dims: (samples) => [5, 2, samples, 3],
    shapes: { last: [4, 6], timestepwise: [20, 6], flatten: [4, 30] },
  },
  {
    what: 'a recurrent layer, samples first',
    layout: { kind: 'recurrent', batchFirst: true },
    dims: (samples) => [samples, 5, 2, 3],
    shapes: { last: [4, 6], timestepwise: [20, 6], flatten: [4, 30] },
  },
];

describe.each(cases)('$what', ({ layout, features, dims, shapes }) => {
  test.each(methods)('%s: the moments are those of the rows', async (method) => {
    const model = activationModel({ layout, features, dims: dims(4) });
    const { actual, expected } = await bothMoments(model, options(method));
    expect([actual.count, actual.sum.length]).toEqual(shapes[method]);
    expect(distance(actual, expected)).toBe(0);
  });

  test.each(methods)('%s: a batch without samples has moments of zero', async (method) => {
    for (const precision of ['float64', 'float32'] as const) {
      const { file, layer, feeds } = activationModel({ layout, features, dims: dims(0) });
      const moments = await instrumentedMoments(file, [layer], { ...options(method), precision }, feeds);
      const width = shapes[method][1];
      expect(moments.get('layer')).toEqual({
        count: 0,
        sum: new Float64Array(width),
        scatter: new Float64Array(width * width),
      });
    }
  });
});

test('by default linear layers are observed step by step and recurrent ones at their last step', async () => {
  const counts = async (activation: Activation) =>
    (await bothMoments(activationModel(activation), options())).actual.count;
  expect(await counts({ layout: { kind: 'featuresLast', rank: 3 }, dims: [4, 5, 3] })).toBe(20);
  expect(await counts({ layout: { kind: 'recurrent', batchFirst: false }, dims: [5, 1, 4, 3] })).toBe(4);
});

describe('sequences with lengths of their own', () => {
  /** `[samples, steps, directions, units]`, 0 from each sample's length onward. */
  function padded(batchFirst: boolean, lengths: readonly number[], opset?: number) {
    const [samples, steps, directions, units] = [lengths.length, 4, 2, 3];
    const dims = batchFirst ? [samples, steps, directions, units] : [steps, directions, samples, units];
    const values = Array.from({ length: samples * steps * directions * units }, (_, i) => {
      const step = batchFirst
        ? Math.floor(i / (directions * units)) % steps
        : Math.floor(i / (directions * samples * units));
      const sample = batchFirst
        ? Math.floor(i / (steps * directions * units))
        : Math.floor(i / units) % samples;
      return step < lengths[sample] ? ((i * 29) % 17) - 6 : 0;
    });
    const layout = { kind: 'recurrent', batchFirst, sequenceLengths: 'lengths' } as const;
    return activationModel({ layout, dims, values, lengths, opset });
  }

  describe.each([
    ['steps first', false],
    ['samples first', true],
  ])('%s', (_, batchFirst) => {
    test.each(['float64', 'float32'] as const)(
      'last takes step length − 1 of each (%s)',
      async (precision) => {
        const { actual, expected } = await bothMoments(padded(batchFirst, [3, 1, 4]), {
          ...options('last'),
          precision,
        });
        expect(actual.count).toBe(3);
        expect(actual).toEqual(expected);
      },
    );

    test.each(['float64', 'float32'] as const)('timestepwise counts no padding (%s)', async (precision) => {
      const { actual, expected } = await bothMoments(padded(batchFirst, [3, 1, 4]), {
        ...options('timestepwise'),
        precision,
      });
      expect(actual.count).toBe(3 + 1 + 4);
      expect(actual).toEqual(expected);
    });

    test('a sequence without steps has no last one', async () => {
      const { file, layer, feeds } = padded(batchFirst, [3, 0, 4]);
      const moments = await instrumentedMoments(file, [layer], options('last'), feeds);
      const others = await bothMoments(padded(batchFirst, [3, 4]), options('last'));
      expect(moments.get('layer')?.count).toBe(2);
      expect(others.actual.count).toBe(2);
    });

    test('no sequences have moments of zero', async () => {
      for (const method of methods) {
        const { file, layer, feeds } = padded(batchFirst, []);
        const moments = (await instrumentedMoments(file, [layer], options(method), feeds)).get('layer');
        expect(moments?.count).toBe(0);
        expect(moments?.scatter.every((value) => value === 0)).toBe(true);
      }
    });
  });

  test('NaN in the padding does not reach the last steps', async () => {
    const layout = { kind: 'recurrent', batchFirst: true, sequenceLengths: 'lengths' } as const;
    const values = [1, 2, Number.NaN, 4, 5, 6];
    const { file, layer, feeds } = activationModel({ layout, dims: [2, 3, 1, 1], values, lengths: [2, 3] });
    const moments = (await instrumentedMoments(file, [layer], options('last'), feeds)).get('layer');
    expect(moments).toEqual({ count: 2, sum: Float64Array.of(2 + 6), scatter: Float64Array.of(4 + 36) });
  });

  test('last is refused below opset 9, in one sentence', async () => {
    const { file, layer, feeds } = padded(false, [3, 1, 4], 8);
    const act = () => instrument(file, [layer], options('last'));
    expect(act).toThrow(UserError);
    expect(act).toThrow(
      /--sequence-method last .* opset 9 or newer, this one has opset 8: .* choose timestepwise/,
    );
    const moments = await instrumentedMoments(file, [layer], options('timestepwise'), feeds);
    expect(moments.get('layer')?.count).toBe(8);
  });
});
