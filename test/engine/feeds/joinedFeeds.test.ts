import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/data/feed.js';
import { joinedFeeds } from '../../../src/engine/feeds/joinedFeeds.js';

/** Samples `from`, `from + 1`, … of `width` equal values. */
function feed(from: number, samples: number, width = 2, labels?: readonly string[]): Feed {
  const data = Float32Array.from({ length: samples * width }, (_, i) => from + Math.floor(i / width));
  const ids = BigInt64Array.from({ length: samples }, (_, i) => BigInt(from + i));
  return {
    samples,
    tensors: {
      x: { type: 'float32', dims: [samples, width], data },
      id: { type: 'int64', dims: [samples], data: ids },
    },
    ...(labels ? { labels } : {}),
  };
}

async function joined(feeds: readonly Feed[], wanted: () => number): Promise<Feed[]> {
  async function* source() {
    yield* feeds;
  }
  const all: Feed[] = [];
  for await (const one of joinedFeeds(source(), wanted)) all.push(one);
  return all;
}

describe('joined feeds', () => {
  it('hold the same samples in the same order, of every input', async () => {
    const feeds = [feed(0, 4), feed(4, 4), feed(8, 4), feed(12, 4), feed(16, 3)];
    expect(await joined(feeds, () => 8)).toEqual([feed(0, 8), feed(8, 8), feed(16, 3)]);
    expect(await joined(feeds, () => 100)).toEqual([feed(0, 19)]);
  });

  it('take as many whole feeds as fit, and one at least', async () => {
    const feeds = [feed(0, 4), feed(4, 4), feed(8, 4)];
    expect(await joined(feeds, () => 11)).toEqual([feed(0, 8), feed(8, 4)]);
    expect(await joined(feeds, () => 1)).toEqual(feeds);
    expect(await joined([], () => 8)).toEqual([]);
  });

  it('follow the wish of the moment', async () => {
    const wishes = [4, 8];
    const feeds = [feed(0, 4), feed(4, 4), feed(8, 4)];
    expect(await joined(feeds, () => wishes.shift() ?? 0)).toEqual([feed(0, 4), feed(4, 8)]);
  });

  it('keep samples of different shapes apart', async () => {
    const feeds = [feed(0, 2, 3), feed(2, 2, 3), feed(4, 2, 5)];
    expect(await joined(feeds, () => 100)).toEqual([feed(0, 4, 3), feed(4, 2, 5)]);
  });

  it('keep apart what does not lie along the first axis', async () => {
    const odd: Feed = {
      samples: 2,
      tensors: { x: { type: 'float32', dims: [1, 2], data: Float32Array.of(1, 2) } },
    };
    expect(await joined([odd, odd], () => 100)).toEqual([odd, odd]);
  });

  it('keep every label with its sample', async () => {
    const feeds = [feed(0, 2, 2, ['a', 'b']), feed(2, 1), feed(3, 1, 2, ['c'])];
    const [one] = await joined(feeds, () => 100);
    expect(one.labels).toEqual(['a', 'b', undefined, 'c']);
  });
});
