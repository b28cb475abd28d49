import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import { project, requireProjectable } from '../../src/instrument/project.js';
import type { ActivationLayout } from '../../src/layers/layer.js';
import { type Activation, activationModel } from '../support/activationModel.js';
import { run } from '../support/instrumented.js';
import { rawTensor } from '../support/rawTensor.js';
import { rowsOf } from '../support/referenceMoments.js';

type Options = Omit<InstrumentOptions, 'precision' | 'convMethod'> & Partial<InstrumentOptions>;

/** Numbers for the mean and the axes: any will do, as none of it is checked here. */
const uneven = (length: number, step: number) =>
  Float64Array.from({ length }, (_, i) => ((i * step) % 11) / 4 - 1);

async function coordinatesOf(activation: Activation, options: Options, features: number) {
  const { file, layer, feeds } = activationModel(activation);
  const axes = { mean: uneven(features, 3), axes: uneven(features * 2, 7) };
  const full = { convMethod: 'channelwise', precision: 'float64', ...options } as const;
  const projected = project(file, [layer], new Map([[layer.name, axes]]), full);
  const outputs = await run(projected.bytes, feeds);
  const { type, dims, data } = outputs[projected.layers[0].coordinates];
  expect([type, dims.length, dims[1]]).toEqual(['float64', 2, 2]);
  return { data: Array.from(data, Number), axes, raw: rawTensor(feeds.activation), full };
}

/** Σⱼ (mean of the sample's observations − m)ⱼ vⱼ, in plain loops. */
function byHand(
  rows: readonly number[][],
  counts: readonly number[],
  { mean, axes }: { mean: Float64Array; axes: Float64Array },
): number[] {
  let start = 0;
  return counts.flatMap((count) => {
    const own = rows.slice(start, start + count);
    start += count;
    return [0, 1].map((k) =>
      [...mean].reduce((sum, m, j) => {
        const average = own.reduce((total, row) => total + row[j], 0) / count;
        return sum + (average - m) * axes[j * 2 + k];
      }, 0),
    );
  });
}

const cases: readonly [string, ActivationLayout, readonly number[], Options, number, number][] = [
  ['feature maps, channelwise', { kind: 'featureMap', rank: 4 }, [3, 5, 2, 3], {}, 3, 5],
  ['feature maps, max', { kind: 'featureMap', rank: 4 }, [3, 5, 2, 3], { convMethod: 'max' }, 3, 5],
  ['feature maps, flatten', { kind: 'featureMap', rank: 3 }, [3, 5, 2], { convMethod: 'flatten' }, 3, 10],
  ['rows', { kind: 'featuresLast', rank: 2 }, [4, 3], {}, 4, 3],
  ['tokens', { kind: 'featuresLast', rank: 4 }, [4, 2, 2, 3], {}, 4, 3],
  ['tokens of unknown rank', { kind: 'featuresLast' }, [4, 2, 2, 3], {}, 4, 3],
  ['rows of unknown rank', { kind: 'featuresLast' }, [4, 3], {}, 4, 3],
  ['the last token', { kind: 'featuresLast', rank: 3 }, [4, 5, 3], { sequenceMethod: 'last' }, 4, 3],
  ['all tokens', { kind: 'featuresLast', rank: 3 }, [4, 5, 3], { sequenceMethod: 'flatten' }, 4, 15],
  ['columns', { kind: 'featuresBeforeLast', rank: 2 }, [3, 4], {}, 4, 3],
  ['columns of matrices', { kind: 'featuresBeforeLast', rank: 4 }, [4, 2, 3, 5], {}, 4, 3],
  ['columns of unknown rank', { kind: 'featuresBeforeLast' }, [4, 3, 5], {}, 4, 3],
  ['the last step', { kind: 'recurrent', batchFirst: false }, [5, 2, 4, 3], {}, 4, 6],
  [
    'every step',
    { kind: 'recurrent', batchFirst: false },
    [5, 2, 4, 3],
    { sequenceMethod: 'timestepwise' },
    4,
    6,
  ],
  [
    'every step, batch first',
    { kind: 'recurrent', batchFirst: true },
    [4, 5, 2, 3],
    { sequenceMethod: 'timestepwise' },
    4,
    6,
  ],
  ['all steps', { kind: 'recurrent', batchFirst: false }, [5, 2, 4, 3], { sequenceMethod: 'flatten' }, 4, 30],
];

describe('one row per sample: its observation, or the mean of its observations', () => {
  it.each(cases)('%s', async (_, layout, dims, options, samples, features) => {
    for (const opset of [9, 13, 18]) {
      const { data, axes, raw, full } = await coordinatesOf({ layout, dims, opset }, options, features);
      const rows = rowsOf(raw, layout, full);
      const expected = byHand(rows, Array<number>(samples).fill(rows.length / samples), axes);
      expect(data.length, `opset ${opset}`).toBe(samples * 2);
      data.forEach((value, i) => {
        expect(value, `opset ${opset}, ${i}`).toBeCloseTo(expected[i], 10);
      });
    }
  });

  it('float16 loses no more digits than it has', async () => {
    const layout = { kind: 'featureMap', rank: 4 } as const;
    const { data, axes, raw, full } = await coordinatesOf(
      { layout, dims: [2, 3, 4, 4], type: 'float16' },
      {},
      3,
    );
    const expected = byHand(rowsOf(raw, layout, full), [16, 16], axes);
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(expected[i], 12);
  });
});

describe('sequences with lengths of their own', () => {
  const layout = { kind: 'recurrent', batchFirst: false, sequenceLengths: 'lengths' } as const;
  const lengths = [3, 0, 1];
  // [steps, directions, samples, units]: what lies beyond a length is zero, as the operators have it.
  const values = Array.from({ length: 3 * 3 * 2 }, (_, i) => {
    const [step, sample] = [Math.floor(i / 6), Math.floor(i / 2) % 3];
    return step < lengths[sample] ? (i % 5) + 1 : 0;
  });
  const activation: Activation = { layout, dims: [3, 1, 3, 2], values, lengths };

  it.each(['last', 'timestepwise'] as const)('%s: NaN for those without a step', async (sequenceMethod) => {
    const { data, axes, raw, full } = await coordinatesOf(activation, { sequenceMethod }, 2);
    const present = [3, 1].map((length) => (sequenceMethod === 'last' ? 1 : length));
    const rows = rowsOf(raw, layout, { ...full, sequenceLengths: lengths }).filter(
      (row) => Array.isArray(row) && !row.includes(Number.NaN) && row.every((value) => value !== undefined),
    );
    const [a, b, c, d] = byHand(rows, present, axes);
    expect(data).toEqual(
      [a, b, Number.NaN, Number.NaN, c, d].map((v) => (Number.isNaN(v) ? v : expect.closeTo(v, 12))),
    );
  });
});

it('an opset without arithmetic is refused by name', () => {
  const { file } = activationModel({ layout: { kind: 'featuresLast', rank: 2 }, dims: [1, 1], opset: 6 });
  expect(() => requireProjectable(file)).toThrow(UserError);
  expect(() => requireProjectable(file)).toThrow(
    '--embedding needs a model of opset 7 or newer, test.onnx has opset 6',
  );
});
