import { describe, expect, it } from 'vitest';
import type { ObservedLayer } from '../../../src/engine/collect/layerMoments.js';
import { mergeFound } from '../../../src/engine/collect/mergeFound.js';

const layer = (
  name: string,
  count: number,
  sum: number[],
  more: Partial<ObservedLayer> = {},
): ObservedLayer => ({
  name,
  moments: { count, sum: Float64Array.from(sum), scatter: new Float64Array(sum.length ** 2).fill(count) },
  ...more,
});

describe('mergeFound', () => {
  it('adds up layer by layer, and passes over workers that saw no batch', () => {
    const merged = mergeFound([[layer('a', 2, [1, 2])], [layer('a', 3, [10, 20])], [layer('a', 0, [])]]);
    expect(merged).toEqual([layer('a', 5, [11, 22])]);
  });

  it('names the first batch in which NaN came up by its number among all', () => {
    const nan = (batch: number) => ({ invalid: { batch, reason: 'NaN or Inf came up' } });
    // Three workers: the first had batches 1, 4, 7, the third 3, 6, 9, and each names them by these numbers.
    const [merged] = mergeFound([
      [layer('a', 1, [1], nan(7))],
      [layer('a', 1, [1])],
      [layer('a', 1, [1], nan(6))],
    ]);
    expect(merged.invalid).toEqual({ batch: 6, reason: 'NaN or Inf came up' });
  });

  it('refuses features that differ from device to device', () => {
    expect(() => mergeFound([[layer('a', 1, [1])], [layer('a', 1, [1, 2])]])).toThrow(
      /layer a has 1 features in some batches and 2 in others: .*--resize/,
    );
  });
});
