import { describe, expect, it } from 'vitest';
import { mergeData } from '../../../src/run/merge/mergeData.js';
import { unitedShards } from '../../../src/run/merge/unitedShards.js';
import type { RunData, RunSettings } from '../../../src/run/schema.js';
import { numberRanges, shardInWords } from '../../../src/run/shardInWords.js';
import { run } from '../../support/runs.js';

function shard(
  parts: readonly number[] | undefined,
  data: Partial<RunData> = {},
  settings: Partial<RunSettings> = {},
) {
  const made = run([]);
  const whole = { source: 'images/', reader: 'images', samples: 8, skipped: 0, available: 100 };
  return {
    name: `s${parts?.join('+') ?? ''}`,
    run: {
      ...made,
      data: { ...whole, ...(parts ? { shard: { parts, count: 4, block: 32 } } : {}), ...data },
      settings: { ...made.settings, ...settings },
    },
  };
}

describe('shards of one data set', () => {
  it('are all of it together, in any order and in a tree', () => {
    expect(unitedShards([shard([1]), shard([2]), shard([3]), shard([4])], false)).toBeUndefined();
    expect(unitedShards([shard([4]), shard([1, 3]), shard([2])], false)).toBeUndefined();
    expect(unitedShards([shard([2, 4]), shard([1, 3])], false)).toBeUndefined();
  });

  it('are refused where one is missing, but for --partial, which tells', () => {
    expect(() => unitedShards([shard([2]), shard([4])], false)).toThrow(
      'shards 1, 3 of 4 are missing: name their runs too, or merge 2 shards with --partial',
    );
    expect(() => unitedShards([shard([1, 2]), shard([4])], false)).toThrow(
      'shard 3 of 4 is missing: name its run too, or merge 3 shards with --partial',
    );
    expect(unitedShards([shard([4]), shard([1, 2])], true)).toEqual({
      parts: [1, 2, 4],
      count: 4,
      block: 32,
    });
  });

  it('are refused where one is there twice, also inside another', () => {
    expect(() => unitedShards([shard([1]), shard([2, 3]), shard([3])], true)).toThrow(
      's2+3 and s3 both hold shard 3 of 4, so that its data would count twice: name each shard once',
    );
  });

  it.each([
    [shard(undefined), 'one holds 1 of 4, the other all'],
    [shard([2], { shard: { parts: [2], count: 5, block: 32 } }), 'one holds 1 of 4, the other 2 of 5'],
    [
      shard([2], { shard: { parts: [2], count: 4, block: 16 } }),
      'one was dealt out by batches of 32, the other of 16 (--batch)',
    ],
    [shard([2], { source: 'other/' }), 'the data is images/ in one and other/ in the other'],
    [shard([2], { reader: 'zip' }), 'the reader is images in one and zip in the other'],
    [shard([2], { available: 99 }), 'the number of samples in the data is 100 in one and 99 in the other'],
    [shard([2], {}, { maxSamples: 10 }), 'maxSamples is none in one and 10 in the other'],
    [
      shard([2], {}, { maxSamples: 10, order: 'drawn', orderSeed: 1 }),
      'maxSamples is none in one and 10 in the other',
    ],
    [shard([2], {}, { every: 3 }), 'every is 1 in one and 3 in the other'],
  ])('are refused where they are not of one: case %#', (other, difference) => {
    expect(() => unitedShards([shard([1]), other], true)).toThrow(
      `s1 and ${other.name} are not shards of one data set: ${difference}; merge shards that were made with the same options, but for --shard`,
    );
  });

  it('are no matter for runs over data of their own', () => {
    expect(unitedShards([shard(undefined), shard(undefined, { source: 'b/' })], false)).toBeUndefined();
  });

  it('have the samples of the whole to choose from', () => {
    const parts = [shard([1]), shard([3])].map(({ run }) => run.data);
    const left = { parts: [1, 3], count: 4, block: 32 };
    expect(mergeData(parts, left)).toEqual({
      ...{ source: 'images/', reader: 'images', samples: 16, skipped: 0, available: 100 },
      shard: left,
    });
    expect(mergeData(parts).shard).toBeUndefined();
  });
});

it('says which shards there are', () => {
  expect(numberRanges([1, 2, 3, 5, 7, 8])).toBe('1-3, 5, 7-8');
  expect(shardInWords({ parts: [1, 2, 4], count: 16, block: 8 })).toBe('1-2, 4 of 16');
  expect(shardInWords(undefined)).toBe('all');
});
