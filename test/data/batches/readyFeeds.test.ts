import { describe, expect, test } from 'vitest';
import type { OnError } from '../../../src/data/batches/gatherFeeds.js';
import { onlyBatches } from '../../../src/data/batches/onlyBatches.js';
import { emptyLog } from '../../../src/data/batches/readingLog.js';
import { readyFeeds } from '../../../src/data/batches/readyFeeds.js';
import type { Feed, FeedOptions, FeedSource } from '../../../src/data/feed.js';
import type { OpenedBatches } from '../../../src/data/reader.js';

/** Batches of so many samples of two numbers, counted on; 0: one that cannot be read. */
function batchesOf(sizes: readonly number[], read: number[] = []): OpenedBatches {
  const firsts = sizes.map((_, k) => sizes.slice(0, k).reduce((sum, size) => sum + size, 0));
  return {
    async *batches(isWanted) {
      for (const [k, size] of sizes.entries()) {
        if (!isWanted(k)) continue;
        read.push(k);
        const origin = `set ${k}`;
        if (size === 0) yield { origin, reason: 'is damaged' };
        else {
          const data = Float32Array.from({ length: 2 * size }, (_, i) => 2 * firsts[k] + i);
          yield { origin, samples: size, tensors: { x: { type: 'float32', dims: [size, 2], data } } };
        }
      }
    },
  };
}

async function feedsOf(
  sizes: readonly number[],
  options: Partial<FeedOptions> = {},
  onError: OnError = 'fail',
) {
  const log = emptyLog();
  const feeds: Feed[] = [];
  const read: number[] = [];
  const made = readyFeeds(batchesOf(sizes, read), { batchSize: 99, ...options }, onError, log);
  for await (const feed of made) feeds.push(feed);
  return { feeds, log, read, values: feeds.map(({ tensors }) => [...tensors.x.data].map(Number)) };
}

describe('batches as they are', () => {
  test('come one by one, with where they are from and how far they reach', async () => {
    const { feeds } = await feedsOf([1, 3]);
    expect(feeds).toEqual([
      {
        samples: 1,
        tensors: { x: { type: 'float32', dims: [1, 2], data: Float32Array.of(0, 1) } },
        origins: ['set 0'],
        end: { draws: [], rows: 1, given: 1, skipped: 0 },
      },
      {
        samples: 3,
        tensors: { x: { type: 'float32', dims: [3, 2], data: Float32Array.of(2, 3, 4, 5, 6, 7) } },
        origins: ['set 1, sample 0', 'set 1, sample 1', 'set 1, sample 2'],
        end: { draws: [], rows: 2, given: 4, skipped: 0 },
      },
    ]);
  });

  test('are cut where a limit is reached, and no more are read', async () => {
    const { feeds, values, read } = await feedsOf([2, 3, 2], { maxSamples: 4 });
    expect(values).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(feeds[1].tensors.x.dims).toEqual([2, 2]);
    expect(read).toEqual([0, 1]);
    expect((await feedsOf([2, 3, 2], { maxSamples: 5 })).read).toEqual([0, 1]);
  });

  test('that cannot be read end it, or are left out and counted', async () => {
    await expect(feedsOf([2, 0, 1])).rejects.toThrow('set 1: is damaged (--on-error skip leaves such');
    const { feeds, log, values } = await feedsOf([2, 0, 1], {}, 'skip');
    expect(values).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ]);
    expect(feeds[1].end).toEqual({ draws: [], rows: 3, given: 3, skipped: 1 });
    expect(log).toMatchObject({ skippedCount: 1, skipped: [{ origin: 'set 1', reason: 'is damaged' }] });
  });

  test('that are none are an error, unless they are of another share', async () => {
    await expect(feedsOf([0, 0], {}, 'skip')).rejects.toThrow(
      'all 2 were skipped, the first one being set 0',
    );
    await expect(feedsOf([1, 1], { every: 3 })).rejects.toThrow('--every 3 leaves nothing');
    await expect(feedsOf([])).rejects.toThrow('the data holds no samples');
    expect((await feedsOf([1], { share: { index: 1, count: 2 } })).feeds).toEqual([]);
  });
});

describe('shares of batches', () => {
  test('are whole batches in turn, without reading the others', async () => {
    const { values, read } = await feedsOf([1, 1, 1, 1, 1], { share: { index: 1, count: 2 } });
    expect(values).toEqual([
      [2, 3],
      [6, 7],
    ]);
    expect(read).toEqual([1, 3]);
  });

  test('of every second batch are batches of those', async () => {
    // Of 1, 3, 5, 7 the second and the fourth.
    const { read } = await feedsOf(Array(8).fill(1), { every: 2, share: { index: 1, count: 2 } });
    expect(read).toEqual([3, 7]);
  });

  test('end together at a limit of all samples, which takes a look at all', async () => {
    // Samples 0 1 | 2 3 4 | 5 6 | 7, of which six: the third batch is cut to one.
    const parts = await Promise.all(
      [0, 1].map((index) => feedsOf([2, 3, 2, 1], { maxSamples: 6, share: { index, count: 2 } })),
    );
    expect(parts.map(({ values }) => values)).toEqual([
      [
        [0, 1, 2, 3],
        [10, 11],
      ],
      [[4, 5, 6, 7, 8, 9]],
    ]);
    expect(parts.map(({ read }) => read)).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  test('count what failed once, in the share that it is of', async () => {
    const options = { maxSamples: 3 };
    const parts = await Promise.all(
      [0, 1].map((index) => feedsOf([1, 0, 1, 1], { ...options, share: { index, count: 2 } }, 'skip')),
    );
    expect(parts.map(({ log }) => log.skippedCount)).toEqual([0, 1]);
    expect(parts.map(({ values }) => values)).toEqual([
      [
        [0, 1],
        [2, 3],
      ],
      [[4, 5]],
    ]);
  });
});

describe('a place to go on from', () => {
  const from = (rows: number, given: number) => ({
    ...{ rows, given, draws: [], skipped: 0, labels: new Map(), skippedSamples: [] },
  });

  test('leaves out what lies before, and counts it for the limit', async () => {
    const { values, read, feeds } = await feedsOf([2, 2, 2], { from: from(1, 2), maxSamples: 5 });
    expect(values).toEqual([
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(read).toEqual([1, 2]);
    expect(feeds.map(({ end }) => end?.given)).toEqual([4, 5]);
  });

  test('at a limit is the end', async () => {
    const { feeds, read } = await feedsOf([2, 2], { from: from(1, 2), maxSamples: 2 });
    expect([feeds, read]).toEqual([[], []]);
  });
});

test('an aborted signal ends the pass before the next batch', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    const options = { batchSize: 1, signal: controller.signal };
    for await (const { samples } of readyFeeds(batchesOf([1, 1]), options, 'fail', emptyLog())) {
      seen.push(samples);
      controller.abort();
    }
  })();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([1]);
});

test('chosen batches of a source are those of their numbers, and their samples nobody has counted', async () => {
  const source: FeedSource = {
    ...{ reader: 'npy', source: 'x.npy', size: 6, labels: new Map(), skipped: [], skippedCount: 0 },
    preprocessing: {},
    feeds: (options) => readyFeeds(batchesOf([1, 2, 1, 2]), options, 'fail', emptyLog()),
    close: async () => {},
  };
  const odd = onlyBatches(source, (batch) => batch % 2 === 1);
  const found: number[] = [];
  for await (const { samples } of odd.feeds({ batchSize: 1 })) found.push(samples);
  expect(found).toEqual([2, 2]);
  expect([odd.size, odd.reader]).toEqual([undefined, 'npy']);
});
