import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/data/feed.js';
import { divides, piece } from '../../../src/engine/feeds/pieces.js';
import { joinedFacts } from '../../../src/engine/feeds/sampleFacts.js';
import { wholeBatches } from '../../../src/engine/feeds/wholeBatches.js';

/** Samples of two numbers, 10 s + 1 and 10 s + 2, from sample `first` on. */
const feedOf = (first: number, samples: number): Feed => ({
  samples,
  tensors: {
    x: {
      type: 'float32',
      dims: [samples, 2],
      data: Float32Array.from(
        { length: 2 * samples },
        (_, i) => 10 * (first + Math.floor(i / 2)) + (i % 2) + 1,
      ),
    },
  },
  labels: Array.from({ length: samples }, (_, i) => `class ${first + i}`),
  origins: Array.from({ length: samples }, (_, i) => `x.npy, sample ${first + i}`),
  begins: Array.from({ length: samples }, (_, i) => (first + i) % 2 === 0),
});

describe('a piece of a feed', () => {
  it('holds the numbers and the facts of its samples', () => {
    expect(piece(feedOf(0, 5), 1, 3)).toEqual(feedOf(1, 2));
    expect(piece(feedOf(0, 5), 4, 5)).toEqual(feedOf(4, 1));
  });

  it('is the feed itself where that is all of it', () => {
    const feed = feedOf(0, 3);
    expect(piece(feed, 0, 3)).toBe(feed);
    expect(piece(feed, 0, 2).samples).toBe(2);
    expect(piece(feed, 1, 3).samples).toBe(2);
  });

  it('has no facts where the feed has none', () => {
    const { samples, tensors } = feedOf(0, 3);
    expect(Object.keys(piece({ samples, tensors }, 0, 1))).toEqual(['samples', 'tensors']);
  });

  it('is there only where every input has the samples along its first axis', () => {
    const feed = feedOf(0, 3);
    expect(divides(feed)).toBe(true);
    const state = { type: 'float32', dims: [2, 3, 1], data: new Float32Array(6) } as const;
    expect(divides({ ...feed, tensors: { ...feed.tensors, state } })).toBe(false);
  });
});

describe('the facts of joined feeds', () => {
  const end = { draws: [], rows: 5, given: 5, skipped: 0 };

  it('stand one after the other, with the place behind the last', () => {
    const { labels, origins, begins } = feedOf(0, 5);
    expect(joinedFacts([feedOf(0, 2), { ...feedOf(2, 3), end }])).toEqual({ labels, origins, begins, end });
  });

  it('are told as far as they are known: origins of all or none', () => {
    const bare = (samples: number): Feed => ({ samples, tensors: {} });
    expect(joinedFacts([bare(2), bare(1)])).toEqual({});
    expect(joinedFacts([{ ...bare(2), end }, bare(1)])).toEqual({});
    expect(joinedFacts([bare(2), feedOf(0, 1)])).toEqual({
      labels: [undefined, undefined, 'class 0'],
      begins: [false, false, true],
    });
  });
});

describe('whole batches', () => {
  async function cut(size: number, ...feeds: Feed[]) {
    const leftOut: number[] = [];
    const given = (async function* () {
      yield* feeds;
    })();
    const found: Feed[] = [];
    for await (const feed of wholeBatches(given, size, (count) => leftOut.push(count))) found.push(feed);
    return { found, leftOut };
  }

  it('are cut out of each feed, and what does not fill one is left out and counted', async () => {
    const { found, leftOut } = await cut(2, feedOf(0, 5), feedOf(5, 2), feedOf(7, 1));
    expect(found.map(({ samples, origins }) => [samples, origins?.[0]])).toEqual([
      [2, 'x.npy, sample 0'],
      [2, 'x.npy, sample 2'],
      [2, 'x.npy, sample 5'],
    ]);
    expect(found[1].tensors.x.data).toEqual(Float32Array.of(21, 22, 31, 32));
    expect(leftOut).toEqual([1, 1]);
  });
});
