import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import type { ConvMethod } from '../../src/instrument/options.js';
import { type Activation, activationModel } from '../support/activationModel.js';
import { bothMoments, distance, instrumentedMoments } from '../support/instrumented.js';

const convMethods: readonly ConvMethod[] = ['channelwise', 'mean', 'max', 'median', 'flatten'];

const maps: readonly { readonly what: string; readonly sides: readonly number[] }[] = [
  { what: 'one-dimensional', sides: [5] },
  { what: 'two-dimensional', sides: [3, 4] },
  { what: 'three-dimensional', sides: [3, 2, 2] },
];

const mapOf = (sides: readonly number[], samples: number): Activation => ({
  layout: { kind: 'featureMap', rank: sides.length + 2 },
  dims: [samples, 3, ...sides],
});

async function momentsOfMap(convMethod: ConvMethod, activation: Activation) {
  const { file, layer, feeds } = activationModel(activation);
  const moments = await instrumentedMoments(file, [layer], { convMethod, precision: 'float64' }, feeds);
  return moments.get('layer');
}

describe.each(maps)('$what maps', ({ sides }) => {
  test.each(convMethods)('%s: the moments are those of the rows', async (convMethod) => {
    const positions = sides.reduce((product, side) => product * side, 1);
    const { actual, expected, rows } = await bothMoments(activationModel(mapOf(sides, 4)), {
      convMethod,
      precision: 'float64',
    });
    expect(rows).toHaveLength(convMethod === 'channelwise' ? 4 * positions : 4);
    expect(actual.sum).toHaveLength(convMethod === 'flatten' ? 3 * positions : 3);
    expect(distance(actual, expected)).toBeLessThanOrEqual(1e-15);
  });

  test.each(convMethods)('%s: a batch without samples has moments of zero', async (convMethod) => {
    const { actual } = await bothMoments(activationModel(mapOf(sides, 0)), {
      convMethod,
      precision: 'float64',
    });
    expect(actual.count).toBe(0);
    expect([...actual.sum, ...actual.scatter].every((value) => value === 0)).toBe(true);
  });
});

describe('median', () => {
  const median = (values: readonly number[]) =>
    momentsOfMap('median', {
      layout: { kind: 'featureMap', rank: 3 },
      dims: [1, 1, values.length],
      values,
    }).then((moments) => moments?.sum[0]);

  test('of an odd count is the one in the middle', async () => {
    expect(await median([9, -4, 2, 7, 3])).toBe(3);
  });

  // torch.median(torch.tensor([9., -4., 2., 7.])) = 2
  test('of an even count is the lower of the two in the middle', async () => {
    expect(await median([9, -4, 2, 7])).toBe(2);
    expect(await median([5, 1])).toBe(1);
  });

  test('counts equal values as often as they come', async () => {
    expect(await median([3, 1, 3, 3, 2, 9])).toBe(3);
    expect(await median([1, 1, 1, 8, 8, 8])).toBe(1);
  });

  test('of one position is its value', async () => {
    expect(await median([-2.5])).toBe(-2.5);
  });

  test('models below opset 10 are refused in one sentence', () => {
    const { file, layer } = activationModel({ ...mapOf([4], 1), opset: 9 });
    const act = () => instrument(file, [layer], { convMethod: 'median', precision: 'float64' });
    expect(act).toThrow(UserError);
    expect(act).toThrow(/--conv-method median needs a model of opset 10 or newer, this one has opset 9/);
  });
});

describe.each(convMethods)('%s', (convMethod) => {
  test.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['a negative infinity', Number.NEGATIVE_INFINITY],
  ])('%s anywhere in a map shows in the moments', async (_, value) => {
    for (const at of [0, 3, 5]) {
      const values = [1, 2, 3, 4, 5, 6];
      values[at] = value;
      const moments = await momentsOfMap(convMethod, {
        layout: { kind: 'featureMap', rank: 3 },
        dims: [1, 1, 6],
        values,
      });
      expect([...(moments?.sum ?? [])].every(Number.isFinite)).toBe(false);
    }
  });

  test('very large numbers are no infinities', async () => {
    // 3e38 + 3e38 is beyond float32; the scatter, 9e76, is not beyond float64.
    const values = [3e38, 3e38, -3e38, 3e38].map(Math.fround);
    const moments = await momentsOfMap(convMethod, {
      layout: { kind: 'featureMap', rank: 3 },
      dims: [1, 1, 4],
      values,
    });
    expect([...(moments?.sum ?? []), ...(moments?.scatter ?? [])].every(Number.isFinite)).toBe(true);
  });

  test.each(['float16', 'float64'] as const)('%s maps keep their digits', async (type) => {
    // 1 + 2⁻⁴⁰ needs float64.
    const values = type === 'float64' ? [1, 1 + 2 ** -40, 1 - 2 ** -40, 1 + 2 ** -39] : [1, 1.5, 0.5, -0.25];
    const { actual, expected } = await bothMoments(
      activationModel({ layout: { kind: 'featureMap', rank: 3 }, dims: [2, 1, 2], values, type }),
      { convMethod, precision: 'float64' },
    );
    expect(actual).toEqual(expected);
  });
});
