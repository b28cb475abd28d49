import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { recut } from '../../src/stats/saturation.js';

describe('recut', () => {
  it('cuts a stored spectrum at another threshold', () => {
    const eigenvalues = [0.9, 0.09, 0.01, 0];
    expect(recut(eigenvalues, 4, 0.9, 'explained')).toEqual({ intrinsicDimensionality: 1, saturation: 0.25 });
    expect(recut(eigenvalues, 4, 0.99, 'explained')).toEqual({ intrinsicDimensionality: 2, saturation: 0.5 });
    expect(recut(eigenvalues, 4, 0.915, 'delve')).toEqual({ intrinsicDimensionality: 1, saturation: 0.25 });
  });

  it('is null for a layer without a spectrum', () => {
    expect(recut([], 8, 0.99, 'explained')).toBeNull();
    expect(recut([], 8, 0.99, 'delve')).toBeNull();
  });

  it('refuses a threshold that is no share, with a spectrum or without', () => {
    expect(() => recut([1], 1, 1.5, 'explained')).toThrow(UserError);
    expect(() => recut([], 1, 1.5, 'explained')).toThrow(/threshold 1.5/);
  });
});
