import { expect, it } from 'vitest';
import { refuseSameShards } from '../../../src/run/merge/sameShards.js';
import type { Shard } from '../../../src/run/merge/shard.js';
import type { Moments } from '../../../src/stats/moments.js';
import { run } from '../../support/runs.js';

const moments = (count: number, sum: number, square = 4): Moments => ({
  count,
  sum: Float64Array.of(sum),
  scatter: Float64Array.of(square),
});
const shard = (entries: readonly (readonly [string, Moments])[], name?: string): Shard => ({
  ...(name === undefined ? {} : { name }),
  run: run([]),
  moments: new Map(entries),
});
const alike = 'hold the same moments, so that their data would count twice';

it('the order in which layers were read does not make another shard', () => {
  const layers = [
    ['a', moments(2, 1)],
    ['b', moments(2, 2)],
    ['c', moments(2, 3)],
  ] as const;
  const [a, b, c] = layers;
  const orders = [
    [a, b, c],
    [c, b, a],
    [b, c, a],
  ];
  for (const order of orders) {
    expect(() => refuseSameShards([shard([a, b, c], 'one'), shard(order, 'other')])).toThrow(
      `one and other ${alike}`,
    );
  }
});

it('a layer that was never reached makes no other shard', () => {
  const empty = moments(0, 0, 0);
  expect(() =>
    refuseSameShards([
      shard([['a', moments(2, 1)]]),
      shard([
        ['a', moments(2, 1)],
        ['b', empty],
      ]),
    ]),
  ).toThrow(`run 1 and run 2 ${alike}`);
});

it.each([
  ['another number of observations', moments(3, 1)],
  ['another sum', moments(2, -1)],
  ['another sum of squares', moments(2, 1, 5)],
])('%s makes another shard', (_, other) => {
  const shards = [shard([['a', moments(2, 1)]]), shard([['a', other]])];
  expect(() => refuseSameShards(shards)).not.toThrow();
});

it('another name of the layer makes another shard', () => {
  expect(() =>
    refuseSameShards([shard([['a', moments(2, 1)]]), shard([['b', moments(2, 1)]])]),
  ).not.toThrow();
});
