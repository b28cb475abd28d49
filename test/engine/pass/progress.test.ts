import { expect, it } from 'vitest';
import { expectedSamples } from '../../../src/engine/pass/progress.js';

it.each([
  // size, batchSize, every, maxSamples → expected
  [10, 4, undefined, undefined, 10],
  [10, 4, 1, 7, 7],
  [10, 4, 2, undefined, 4], // batches of 4, 4, 2: the second
  [10, 4, 3, undefined, 2], // the third, which holds 2
  [10, 4, 4, undefined, 0],
  [12, 4, 3, undefined, 4],
  [0, 4, undefined, undefined, 0],
  [undefined, 4, undefined, 7, undefined],
])(
  'of %s samples in batches of %s, every %s, at most %s: %s',
  (size, batchSize, every, maxSamples, samples) => {
    expect(expectedSamples(size, { batchSize, every, maxSamples })).toBe(samples);
  },
);

it.each([0, 1, 3, 4, 5, 8, 17, 30, 31])('of %i samples each share, and all of them together', (size) => {
  for (const maxSamples of [undefined, 7, 16]) {
    const used = Math.min(size, maxSamples ?? size);
    const shares = [0, 1, 2].map((index) =>
      expectedSamples(size, { batchSize: 4, maxSamples, share: { index, count: 3 } }),
    );
    // Batches of 4, dealt out in turn.
    const dealt = [0, 1, 2].map(
      (index) =>
        Array.from({ length: used }, (_, i) => i).filter((i) => Math.floor(i / 4) % 3 === index).length,
    );
    expect(shares).toEqual(dealt);
  }
});
