import { describe, expect, it } from 'vitest';
import { gatherFeeds, type OnError } from '../../../src/data/batches/gatherFeeds.js';
import { emptyLog } from '../../../src/data/batches/readingLog.js';
import { BufferPool } from '../../../src/data/bufferPool.js';
import type { Feed, FeedOptions } from '../../../src/data/feed.js';
import type { ReadSample } from '../../../src/data/sample.js';
import { input } from '../reading.js';

/** Samples of these lengths; the i-th holds i again and again, a length of 0 is one that cannot be read. */
const stream = (lengths: readonly number[]) => ({
  origin: 'samples',
  size: lengths.length,
  async *read(): AsyncGenerator<ReadSample[]> {
    for (const [i, length] of lengths.entries()) {
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
