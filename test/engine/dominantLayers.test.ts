import { describe, expect, it } from 'vitest';
import { dominantLayers } from '../../src/engine/statistics/statisticsPool.js';

describe('dominantLayers', () => {
  it('counts those that cost more than a core’s share of what is left, widths cubed', () => {
    expect(dominantLayers([2048], 2)).toBe(1);
    expect(dominantLayers([2048, 1024, 1024], 2)).toBe(1);
    // 8 against 8 + 8: side by side they take no longer.
    expect(dominantLayers([2000, 2000], 2)).toBe(0);
    expect(dominantLayers([2000, 2000], 4)).toBe(2);
  });

  it('counts none where layers are narrow or there is one core', () => {
    expect(dominantLayers([512, 64], 8)).toBe(0);
    expect(dominantLayers([4096], 1)).toBe(0);
    expect(dominantLayers([], 4)).toBe(0);
  });
});
