import { expect, test } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../../src/data/batches/halfPrecision.js';

test('float16 rounds once, to the nearest, ties to even, as NumPy does', () => {
  const values = [
    0.0,
    -0.0,
    1,
    1 / 3,
    65504,
    65519.99,
    65520,
    6e-8,
    2.98e-8,
    2 ** -25,
    2 ** -25 + 2 ** -77,
    6.097555160522461e-5,
    6.1e-5,
    1.00048828125,
    1.00146484375,
    1.0004882812500002,
    -2.5,
    Infinity,
    NaN,
  ];
  // numpy.array(values).astype('f2').view('u2')
  expect(values.map(toFloat16)).toEqual([
    0x0, 0x8000, 0x3c00, 0x3555, 0x7bff, 0x7bff, 0x7c00, 0x1, 0x0, 0x0, 0x1, 0x3ff, 0x3ff, 0x3c00, 0x3c02,
    0x3c01, 0xc100, 0x7c00, 0x7e00,
  ]);
});

test('every float16 comes back from its value, and the values are NumPy’s', () => {
  let sum = 0;
  let weighted = 0;
  for (let pattern = 0; pattern < 65536; pattern++) {
    const value = fromFloat16(pattern);
    if (Number.isNaN(value)) continue;
    expect(toFloat16(value)).toBe(pattern);
    if (!Number.isFinite(value)) continue;
    sum += Math.abs(value);
    weighted += Math.abs(value) * (pattern % 7);
  }
  // h = numpy.arange(65536, dtype='u2').view('f2').astype('f8'), NaN and Inf set to 0: abs(h).sum(),
  // (abs(h) * (arange(65536) % 7)).sum()
  expect(sum).toBe(201261055.875);
  expect(weighted).toBeCloseTo(604110793.7037404, 4);
});

test('bfloat16 is the upper half of a float32, rounded to even', () => {
  // 1 + 2^-8 lies half-way between 1 and 1 + 2^-7; the largest float32 rounds up to infinity.
  expect(
    [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -2, 3.4028234663852886e38, 2 ** -133, NaN].map(toBfloat16),
  ).toEqual([0x3f80, 0x3f80, 0x3f82, 0xc000, 0x7f80, 0x1, 0x7fc0]);
  expect([0x3f80, 0x3f82, 0xc000, 0x7f80, 0x1].map(fromBfloat16)).toEqual([
    1,
    1 + 2 ** -6,
    -2,
    Infinity,
    2 ** -133,
  ]);
});

test('what is too large is infinite, however large it is, with its sign', () => {
  // The next float16 after 65504 would be 65536; the largest bfloat16 is (2 − 2^-7) 2^127.
  expect([65536, -65536, 1e6, 1e300, Number.MAX_VALUE].map(toFloat16)).toEqual([
    0x7c00, 0xfc00, 0x7c00, 0x7c00, 0x7c00,
  ]);
  expect([2 ** 128, -(2 ** 128), 1e300, (2 - 2 ** -7) * 2 ** 127].map(toBfloat16)).toEqual([
    0x7f80, 0xff80, 0x7f80, 0x7f7f,
  ]);
});
