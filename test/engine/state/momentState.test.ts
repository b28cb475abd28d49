import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type LayerState,
  readGroups,
  storedAnswers,
  writeGroups,
} from '../../../src/engine/state/momentState.js';
import { ShapeError } from '../../../src/shape/jsonShape.js';
import type { PackedMoments } from '../../../src/stats/packedMoments.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

/** Moments of so many features: any numbers, for they are only kept. */
const moments = (features: number, from: number): PackedMoments => ({
  count: from,
  sum: Float64Array.from({ length: features }, (_, i) => from + i / 3),
  triangle: Float64Array.from({ length: (features * (features + 1)) / 2 }, (_, i) => from - i / 7),
});

const state = (name: string, features?: number, groups?: number): LayerState => ({
  name,
  firstRows: 1,
  ...(features === undefined ? {} : { features }),
  ...(groups === undefined ? {} : { groups }),
});

async function written(...layers: Parameters<typeof writeGroups>[1]): Promise<string> {
  const path = join(await temporaryDirectory(), 'moments.safetensors');
  await writeGroups(path, layers);
  return path;
}

describe('the moments of a pass that was left', () => {
  it('come back to the bit, by layer and group, and nothing of a layer to which nothing came', async () => {
    const groups = [moments(3, 5), moments(3, 8)];
    const path = await written(groups, undefined, [moments(1, 2)]);
    const found = await readGroups(path, [state('a', 3, 2), state('b'), state('c', 1, 1)]);
    expect(found.map((each) => each?.groups)).toEqual([groups, undefined, [moments(1, 2)]]);
    expect(found.map((each) => each?.features)).toEqual([3, undefined, 1]);
  });

  it.each<[string, LayerState]>([
    ['of another width', state('fc', 2, 1)],
    ['of more groups', state('fc', 3, 2)],
  ])('are refused for a layer %s', async (_, layer) => {
    const path = await written([moments(3, 5)]);
    await expect(readGroups(path, [layer])).rejects.toThrow(ShapeError);
    await expect(readGroups(path, [layer])).rejects.toThrow(/fc.*lacks the/);
  });

  it('are not asked for where the state tells no width or no groups', async () => {
    const path = await written([moments(3, 5)]);
    expect(await readGroups(path, [state('a', 3), state('b', undefined, 1)])).toEqual([undefined, undefined]);
  });
});

it('answers by class are kept as pairs, which JSON can hold', () => {
  const first = new Map([[3, 7]]);
  const among = new Map([
    [3, 8],
    [1, 2],
  ]);
  expect(storedAnswers({ samples: 9, first, among })).toEqual({
    samples: 9,
    first: [[3, 7]],
    among: [
      [3, 8],
      [1, 2],
    ],
  });
});
