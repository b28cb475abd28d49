import { describe, expect, it } from 'vitest';
import { participationRatio } from '../../src/stats/participationRatio.js';

describe('participationRatio', () => {
  it.each([1, 2, 7, 500])('is %d for as many equal eigenvalues', (k) => {
    expect(participationRatio(new Float64Array(600).fill(0.3, 0, k))).toBe(k);
  });

  it('by hand: (4 + 2 + 2)² / (16 + 4 + 4) = 8/3', () => {
    expect(participationRatio(Float64Array.of(4, 2, 2))).toBeCloseTo(8 / 3, 14);
  });

  it.each([1e-200, 1e200])('does not mind a scale of %d', (scale) => {
    expect(participationRatio(Float64Array.of(4 * scale, 2 * scale, 2 * scale))).toBeCloseTo(8 / 3, 14);
  });

  it('is 0 for a dead layer', () => {
    expect(participationRatio(new Float64Array(3))).toBe(0);
  });
});
