import { describe, expect, it } from 'vitest';
import { fixedFeeds, turnedRound } from '../../../src/engine/feeds/fixedBatch.js';

const feed = (samples: number, data: number[], dims = [samples, data.length / samples]) => ({
  samples,
  tensors: { x: { type: 'int16' as const, dims, data: Int16Array.from(data) } },
});

describe('a feed turned round', () => {
  it('has its last sample first', () => {
    expect(turnedRound(feed(3, [1, 2, 3, 4, 5, 6]))).toEqual(feed(3, [5, 6, 3, 4, 1, 2]));
  });

  it('is none where an input does not hold the samples along its first axis', () => {
    const { tensors } = feed(2, [1, 2]);
    const state = { type: 'int16' as const, dims: [1, 2], data: Int16Array.of(3, 4) };
    expect(turnedRound({ samples: 2, tensors: { ...tensors, state } })).toBeUndefined();
  });
});

describe('fixedFeeds', () => {
  it('gives a feed that fits as it is', () => {
    const fits = feed(2, [1, 2, 3, 4]);
    expect([...fixedFeeds(fits, 2)]).toEqual([{ feed: fits, samples: 2 }]);
  });

  it('fills a feed up with copies of its last sample', () => {
    expect([...fixedFeeds(feed(2, [1, 2, 3, 4]), 3)]).toEqual([
      { feed: feed(3, [1, 2, 3, 4, 3, 4]), samples: 2, copies: feed(3, [3, 4, 3, 4, 3, 4]) },
    ]);
  });

  it('cuts a feed that holds more', () => {
    expect([...fixedFeeds(feed(3, [1, 2, 3]), 2)]).toEqual([
      { feed: feed(2, [1, 2]), samples: 2 },
      { feed: feed(2, [3, 3]), samples: 1, copies: feed(2, [3, 3]) },
    ]);
  });

  it('gives nothing for a feed of no samples', () => {
    expect([...fixedFeeds(feed(0, [], [0, 3]), 2)]).toEqual([]);
  });

  it('refuses an input whose first axis does not hold the samples', () => {
    expect(() => [...fixedFeeds(feed(3, [1, 2, 3, 4], [2, 2]), 2)]).toThrow(
      "input x of shape [2, 2] cannot be cut to the model's batch size of 2: its first axis does not hold the 3 samples",
    );
  });

  it('refuses to fill up a batch that no memory holds', () => {
    expect(() => [...fixedFeeds(feed(1, [1, 2]), 2 ** 52)]).toThrow(
      `a batch of ${2 ** 52} samples of 2 values for input x, twice for filling it up, takes more than any machine has, which does not fit into memory: export the model with a smaller batch, or with a free one`,
    );
  });
});
