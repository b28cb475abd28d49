import { describe, expect, it, test } from 'vitest';
import { gatherFeeds, knownClass, type OnError } from '../../../src/data/batches/gatherFeeds.js';
import { emptyLog } from '../../../src/data/batches/readingLog.js';
import { BufferPool } from '../../../src/data/bufferPool.js';
import type { Feed, FeedOptions } from '../../../src/data/feed.js';
import type { ReadSample } from '../../../src/data/sample.js';
import { isWanted, type Selection } from '../../../src/data/selection.js';
import { input } from '../reading.js';

/** Samples of these lengths; the i-th holds i again and again, a length of 0 is one that cannot be read. */
const stream = (lengths: readonly number[]) => ({
  origin: 'samples',
  size: lengths.length,
  async *read(selection: Selection): AsyncGenerator<ReadSample[]> {
    for (const [i, length] of lengths.entries()) {
      if (!isWanted(selection, i)) continue;
      const origin = `sample ${i}`;
      if (length === 0) yield [{ origin, reason: 'it is damaged' }];
      else yield [{ type: 'float32', data: new Float32Array(length).fill(i), dims: [length], origin }];
    }
  },
});

async function feedsOf(
  lengths: readonly number[],
  options: FeedOptions,
  onError: OnError = 'fail',
): Promise<Feed[]> {
  const streams = [{ input: input('x', 'float32', ['n', null]), stream: stream(lengths) }];
  const feeds: Feed[] = [];
  for await (const feed of gatherFeeds(streams, options, onError, emptyLog())) feeds.push(feed);
  return feeds;
}

const firsts = ({ samples, tensors: { x } }: Feed) =>
  Array.from({ length: samples }, (_, i) => Number(x.data[(i * x.data.length) / samples]));

describe('feeds of several batches', () => {
  it('hold what is wanted at their beginning, and the rest', async () => {
    const wanted = [4, 2, 6];
    const feeds = await feedsOf(Array(11).fill(3), { batchSize: 2, wanted: () => wanted.shift() ?? 2 });
    expect(feeds.map(firsts)).toEqual([
      [0, 1, 2, 3],
      [4, 5],
      [6, 7, 8, 9, 10],
    ]);
    expect(feeds.map(({ end }) => end?.rows)).toEqual([4, 6, 11]);
  });

  it('are one batch at least, and end where the samples do', async () => {
    const feeds = await feedsOf(Array(5).fill(1), { batchSize: 2, maxSamples: 3, wanted: () => 0 });
    expect(feeds.map(firsts)).toEqual([[0, 1], [2]]);
  });

  it('end where a batch of another shape begins', async () => {
    const feeds = await feedsOf([2, 2, 2, 2, 3, 3, 2, 2], { batchSize: 2, wanted: () => 8 });
    expect(feeds.map(firsts)).toEqual([
      [0, 1, 2, 3],
      [4, 5],
      [6, 7],
    ]);
    expect(feeds.map(({ end }) => end?.rows)).toEqual([4, 6, 8]);
  });

  it('refuse another shape within a batch', async () => {
    await expect(feedsOf([2, 2, 2, 3], { batchSize: 2, wanted: () => 4 })).rejects.toThrow(/sample 3.*shape/);
  });

  it('go on behind a sample that was left out', async () => {
    const feeds = await feedsOf([2, 2, 0, 2, 2], { batchSize: 2, wanted: () => 4 }, 'skip');
    expect(feeds.map(firsts)).toEqual([[0, 1, 3, 4]]);
  });
});

describe('feeds whose memory comes back', () => {
  it('hold nothing of the batches before', async () => {
    const memory = new BufferPool();
    const streams = [{ input: input('x', 'float32', ['n', null]), stream: stream(Array(7).fill(2)) }];
    const seen: number[][] = [];
    const buffers = new Set<ArrayBufferLike>();
    for await (const feed of gatherFeeds(streams, { batchSize: 3, memory }, 'fail', emptyLog())) {
      const { data } = feed.tensors.x;
      seen.push(firsts(feed));
      buffers.add(data.buffer);
      memory.give(data.buffer as ArrayBuffer);
    }
    expect(seen).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    // The first buffer serves the second batch too; the last batch does not fill it.
    expect(buffers.size).toBe(2);
  });
});

describe('samples of another shape', () => {
  test('are left out wherever they stand, where such are skipped', async () => {
    expect((await feedsOf([2, 3, 2, 2, 3, 2], { batchSize: 2 }, 'skip')).map(firsts)).toEqual([
      [0, 2],
      [3, 5],
    ]);
  });

  test('are batches of their own where batches hold one sample', async () => {
    expect((await feedsOf([2, 3, 2], { batchSize: 1 }, 'skip')).map(firsts)).toEqual([[0], [1], [2]]);
  });
});

describe('a pass that goes on', () => {
  const from = (rows: number, given: number) => ({
    ...{ rows, given, draws: [], skipped: 0, labels: new Map(), skippedSamples: [] },
  });

  test('gives what is left of its limit', async () => {
    const feeds = await feedsOf([1, 1, 1, 1, 1, 1], { batchSize: 2, maxSamples: 5, from: from(2, 2) });
    expect(feeds.map(firsts)).toEqual([[2, 3], [4]]);
    expect(feeds.map(({ end }) => end)).toEqual([
      { draws: [], rows: 4, given: 4, skipped: 0 },
      { draws: [], rows: 5, given: 5, skipped: 0 },
    ]);
  });

  test('has ended where the limit was reached', async () => {
    expect(await feedsOf([1, 1, 1], { batchSize: 2, maxSamples: 2, from: from(2, 2) })).toEqual([]);
  });
});

test('a share without a sample is no error, a source without one is', async () => {
  expect(await feedsOf([1], { batchSize: 1, share: { index: 1, count: 2 } })).toEqual([]);
  await expect(feedsOf([], { batchSize: 1 })).rejects.toThrow('the data holds no samples');
});

test('a label is a class by its name, or by its position among all', () => {
  const isKnown = knownClass(['cat', 'dog']);
  const labels = ['cat', 'dog', '0', '1', '2', '10', 'owl', '1a', 'a1', '', '-1', '1.0'];
  expect(labels.filter(isKnown)).toEqual(['cat', 'dog', '0', '1']);
});
