import { describe, expect, it } from 'vitest';
import { pythonFloat } from '../../../src/report/history/pythonNumber.js';

describe('a float as Python writes it', () => {
  // From `repr` of CPython 3.11.
  it.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.375, '0.375'],
    [0.1 + 0.2, '0.30000000000000004'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [0.000012345, '1.2345e-05'],
    [2.9e-57, '2.9e-57'],
    [1e-7, '1e-07'],
    [5e-324, '5e-324'],
    [1.5e300, '1.5e+300'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [9007199254740991, '9007199254740991.0'],
    [-2.5, '-2.5'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%d', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});
