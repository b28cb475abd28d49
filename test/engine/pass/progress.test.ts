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
