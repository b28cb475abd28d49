import { describe, expect, it } from 'vitest';
import { effectiveRank } from '../../src/stats/effectiveRank.js';

describe('effectiveRank', () => {
  it.each([1, 2, 7, 500])('is %d for as many equal eigenvalues', (k) => {
    const eigenvalues = new Float64Array(600).fill(0.3, 0, k);
    expect(effectiveRank(eigenvalues) / k).toBeCloseTo(1, 13);
  });

  it('by hand: shares 1/2, 1/4, 1/4 have entropy 1.5 ln 2, so 2^1.5', () => {
    expect(effectiveRank(Float64Array.of(4, 2, 2))).toBeCloseTo(2 ** 1.5, 14);
  });

  it('is 0 for a dead layer', () => {
    expect(effectiveRank(new Float64Array(3))).toBe(0);
  });
});
