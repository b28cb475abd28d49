import { describe, expect, it } from 'vitest';
import { determinant, logDeterminant } from '../../src/stats/determinant.js';

describe('determinant and logDeterminant', () => {
  it('by hand: 3 · 2 · 0.5 = 3', () => {
    expect(determinant(Float64Array.of(3, 2, 0.5), 1e-15)).toBe(3);
    expect(logDeterminant(Float64Array.of(3, 2, 0.5), 1e-15)).toBeCloseTo(Math.log(3), 15);
  });

  it('are 0 and null where the smallest eigenvalue does not exceed the resolution', () => {
    expect(determinant(Float64Array.of(3, 2, 1e-15), 1e-15)).toBe(0);
    expect(logDeterminant(Float64Array.of(3, 2, 1e-15), 1e-15)).toBeNull();
    expect(logDeterminant(Float64Array.of(3, 2, 2e-15), 1e-15)).toBeCloseTo(Math.log(12e-15), 12);
  });

  it('are 0 and null for zeros, and where nothing varies', () => {
    expect(determinant(Float64Array.of(0, 0), 0)).toBe(0);
    expect(logDeterminant(Float64Array.of(0, 0), 0)).toBeNull();
  });

  it('keep the logarithm where the product is too large or too small for a double', () => {
    const large = new Float64Array(400).fill(10);
    expect(determinant(large, 1e-13)).toBeNull();
    expect(logDeterminant(large, 1e-13)).toBeCloseTo(400 * Math.LN10, 9);
    const small = new Float64Array(400).fill(0.1);
    expect(determinant(small, 1e-14)).toBe(0);
    expect(logDeterminant(small, 1e-14)).toBeCloseTo(-400 * Math.LN10, 9);
  });

  it('reach a product that is in range through factors that are not', () => {
    const balanced = new Float64Array(800).fill(1024, 0, 400).fill(1 / 1024, 400);
    expect(determinant(balanced, 1e-10)).toBe(1);
  });
});
