import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import type { Interpolation } from '../../src/instrument/options.js';
import { activationModel, unevenValues } from '../support/activationModel.js';
import { instrumentedMoments } from '../support/instrumented.js';

const layout = { kind: 'featureMap', rank: 4 } as const;

/** The map after interpolation: with one sample and every position a feature, Σ x is the map itself. */
async function interpolatedMap(
  dims: readonly number[],
  interpolate: number,
  interpolation: Interpolation,
  { opset, values }: { opset?: number; values?: readonly number[] } = {},
): Promise<number[]> {
  const { file, layer, feeds } = activationModel({ layout, dims, opset, values });
  const options = { convMethod: 'flatten', precision: 'float64', interpolate, interpolation } as const;
  const moments = (await instrumentedMoments(file, [layer], options, feeds)).get('layer');
  expect(moments?.count).toBe(1);
  return [...(moments?.sum ?? [])];
}

/**
 * PyTorch 1.13: x = ((i * 37) % 13 - 5 + (i % 7) / 4).reshape(shape), F.interpolate(x, size=(size, size), mode=…), for
 * linear mode='bilinear', align_corners=False.
 */
const torch = [
  {
    what: 'a square map',
    dims: [1, 1, 6, 6],
    size: 4,
    nearest: [-5, 6.25, 2.75, 1, -2.5, 7, 3.5, 1.75, -1, -2.75, 5, 3.25, -0.25, -2, 7.5, 4],
    linear: [
      -1.671875, 5.125, 2.5, -0.125, -1.671875, 4.140625, 3.625, 1, -1.25, 3.4375, 5.078125, 2.125, -0.125,
      -2.75, 7.515625, 3.578125,
    ],
  },
  {
    what: 'a map of which only the height is larger, its width being enlarged',
    dims: [1, 1, 5, 3],
    size: 4,
    nearest: [-5, -5, 6.25, 4.5, 2.75, 2.75, 1, -0.75, -2.5, -2.5, 7, 5.25, 3.5, 3.5, 1.75, 0],
    linear: [
      -4.03125, 1.984375, 4.9375, 3.84375, 0.78125, 2.32421875, 2.59375, 1.5, 1.25, 2.79296875, 3.0625,
      1.96875, -1.09375, -2.1875, 0.19140625, 5.25,
    ],
  },
  {
    what: 'two oblong maps',
    dims: [1, 2, 3, 7],
    size: 2,
    nearest: [-5, 2.75, 7, 1.75, 5, -0.25, 4, -1.25],
    linear: [5.5625, -0.5625, 4.0625, -2.0625, 2.5625, -1.125, 1.0625, 4.6875],
  },
  {
    what: 'a map of which only the width is larger',
    dims: [1, 1, 2, 9],
    size: 3,
    nearest: [-5, 2.75, -2.5, -5, 2.75, -2.5, 3.5, -1.75, 4.25],
    linear: [6.25, 1, 7, 4, -1.25, 4.75, 1.75, -3.5, 2.5],
  },
];

describe.each(torch)('$what', ({ dims, size, nearest, linear }) => {
  test.each([11, 13, 18, 22])('is resized as PyTorch does it, at opset %i', async (opset) => {
    expect(await interpolatedMap(dims, size, 'nearest', { opset })).toEqual(nearest);
    const values = await interpolatedMap(dims, size, 'linear', { opset });
    expect(values).toHaveLength(linear.length);
    // float32: a few roundings of numbers below 8.
    values.forEach((value, i) => {
      expect(Math.abs(value - linear[i])).toBeLessThanOrEqual(8 * 2 ** -22);
    });
  });
});

test.each([
  [49, 7],
  [58, 29],
])('nearest takes entry i · %i / %i where that is whole', async (side, size) => {
  const values = Array.from({ length: side * side }, (_, i) => i);
  const map = await interpolatedMap([1, 1, side, side], size, 'nearest', { values });
  const step = side / size;
  expect(map).toEqual(
    Array.from({ length: size * size }, (_, i) => Math.floor(i / size) * step * side + (i % size) * step),
  );
});

test.each(['nearest', 'linear'] as const)(
  'maps no larger than the size pass unchanged (%s)',
  async (mode) => {
    expect(await interpolatedMap([1, 1, 4, 4], 4, mode)).toEqual(unevenValues(16));
    expect(await interpolatedMap([1, 2, 2, 4], 4, mode)).toEqual(unevenValues(16));
  },
);

test('a map of one or three dimensions passes unchanged', async () => {
  const { file, layer, feeds } = activationModel({
    layout: { kind: 'featureMap', rank: 3 },
    dims: [1, 2, 9],
  });
  const options = { convMethod: 'flatten', precision: 'float64', interpolate: 4 } as const;
  const moments = (await instrumentedMoments(file, [layer], options, feeds)).get('layer');
  expect([...(moments?.sum ?? [])]).toEqual(unevenValues(18));
});

test.each(['nearest', 'linear'] as const)(
  'a batch without samples has no moments (%s)',
  async (interpolation) => {
    const { file, layer, feeds } = activationModel({ layout, dims: [0, 2, 9, 9] });
    const options = {
      convMethod: 'channelwise',
      precision: 'float64',
      interpolate: 4,
      interpolation,
    } as const;
    const moments = (await instrumentedMoments(file, [layer], options, feeds)).get('layer');
    expect(moments).toEqual({ count: 0, sum: new Float64Array(2), scatter: new Float64Array(4) });
  },
);

test.each(['float16', 'float64'] as const)('a %s map is resized too', async (type) => {
  const { file, layer, feeds } = activationModel({ layout, dims: [1, 1, 6, 6], type });
  for (const interpolation of ['nearest', 'linear'] as const) {
    const options = { convMethod: 'flatten', precision: 'float64', interpolate: 4, interpolation } as const;
    const moments = (await instrumentedMoments(file, [layer], options, feeds)).get('layer');
    expect([...(moments?.sum ?? [])]).toEqual(torch[0][interpolation]);
  }
});

test('models below opset 11 are refused in one sentence', () => {
  const { file, layer } = activationModel({ layout, dims: [1, 1, 6, 6], opset: 10 });
  const act = () => instrument(file, [layer], { convMethod: 'mean', precision: 'float64', interpolate: 4 });
  expect(act).toThrow(UserError);
  expect(act).toThrow(/--interpolate needs a model of opset 11 or newer, this one has opset 10/);
});
