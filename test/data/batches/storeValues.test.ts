import { expect, test } from 'vitest';
import { storeValues } from '../../../src/data/batches/storeValues.js';
import { allocate, type ElementType, type NumericArray } from '../../../src/onnx/elementType.js';

function stored(from: ElementType, source: NumericArray, to: ElementType): (number | bigint)[] | string {
  const target = allocate(to, source.length);
  return storeValues(from, source, to, target, 0) ?? [...target];
}

test('values land at the offset, converted to the type of the input', () => {
  const target = new Float32Array(4);
  expect(storeValues('uint8', Uint8Array.of(7, 255), 'float32', target, 1)).toBeUndefined();
  expect([...target]).toEqual([0, 7, 255, 0]);
  expect(stored('float64', Float64Array.of(1, -2), 'int64')).toEqual([1n, -2n]);
  expect(stored('int64', BigInt64Array.of(5n, -6n), 'float64')).toEqual([5, -6]);
  expect(stored('int64', BigInt64Array.of(5n, -6n), 'int8')).toEqual([5, -6]);
  expect(stored('float32', Float32Array.of(1.5), 'float16')).toEqual([0x3e00]);
  expect(stored('float16', Uint16Array.of(0x3e00, 0xc000), 'float32')).toEqual([1.5, -2]);
  expect(stored('bfloat16', Uint16Array.of(0x3f80), 'float16')).toEqual([0x3c00]);
  expect(stored('uint64', BigUint64Array.of(2n ** 63n - 1n), 'int64')).toEqual([2n ** 63n - 1n]);
  expect(stored('uint8', Uint8Array.of(0, 1), 'bool')).toEqual([0, 1]);
});

test.each<[ElementType, number, number]>([
  ['bool', 0, 1],
  ['int8', -128, 127],
  ['int16', -32768, 32767],
  ['int32', -2147483648, 2147483647],
  ['uint8', 0, 255],
  ['uint16', 0, 65535],
  ['uint32', 0, 4294967295],
])('%s takes %d to %d, and nothing beyond', (type, lowest, highest) => {
  expect(stored('float64', Float64Array.of(lowest, highest), type)).toEqual([lowest, highest]);
  for (const beyond of [lowest - 1, highest + 1]) {
    expect(stored('float64', Float64Array.of(beyond), type)).toBe(
      `the value ${beyond} does not fit the input's type ${type}`,
    );
  }
});

test('integers of 64 bits are exact to both ends', () => {
  const ends = [-(2n ** 63n), 2n ** 63n - 1n];
  expect(stored('int64', BigInt64Array.from(ends), 'int64')).toEqual(ends);
  expect(stored('uint64', BigUint64Array.of(2n ** 64n - 1n), 'uint64')).toEqual([2n ** 64n - 1n]);
  expect(stored('int64', BigInt64Array.of(-1n), 'uint64')).toMatch(/-1 does not fit/);
  expect(stored('float64', Float64Array.of(2 ** 63), 'int64')).toMatch(/does not fit/);
  expect(stored('float64', Float64Array.of(2 ** 63), 'uint64')).toEqual([2n ** 63n]);
  const target = new BigInt64Array(3);
  storeValues('int64', BigInt64Array.of(7n), 'int64', target, 1);
  storeValues('int8', Int8Array.of(-8), 'int64', target, 2);
  expect([...target]).toEqual([0n, 7n, -8n]);
});

test('half precision lands at the offset too', () => {
  const halves = new Uint16Array(3);
  storeValues('float32', Float32Array.of(1, -2), 'float16', halves, 1);
  expect([...halves]).toEqual([0, 0x3c00, 0xc000]);
  const brain = new Uint16Array(2);
  storeValues('int64', BigInt64Array.of(1n), 'bfloat16', brain, 1);
  expect([...brain]).toEqual([0, 0x3f80]);
  const integers = new Int16Array(3);
  storeValues('float16', Uint16Array.of(0x3c00, 0xc000), 'int16', integers, 1);
  expect([...integers]).toEqual([0, 1, -2]);
  const wide = new Float64Array(2);
  storeValues('int64', BigInt64Array.of(9n), 'float64', wide, 1);
  expect([...wide]).toEqual([0, 9]);
});

test.each<[ElementType, NumericArray, ElementType, string]>([
  [
    'float32',
    Float32Array.of(1, 0.5),
    'int32',
    'the value 0.5 is not an integer, but the input is of type int32',
  ],
  [
    'float64',
    Float64Array.of(0.5),
    'int64',
    'the value 0.5 is not an integer, but the input is of type int64',
  ],
  [
    'float64',
    Float64Array.of(NaN),
    'uint8',
    'the value NaN is not an integer, but the input is of type uint8',
  ],
  ['int32', Int32Array.of(300), 'uint8', "the value 300 does not fit the input's type uint8"],
  ['int8', Int8Array.of(-1), 'uint64', "the value -1 does not fit the input's type uint64"],
  [
    'uint64',
    BigUint64Array.of(2n ** 63n),
    'int64',
    "the value 9223372036854775808 does not fit the input's type int64",
  ],
  [
    'int64',
    BigInt64Array.of(2n ** 40n),
    'int32',
    "the value 1099511627776 does not fit the input's type int32",
  ],
  ['uint8', Uint8Array.of(2), 'bool', "the value 2 does not fit the input's type bool"],
])('%s → %s is refused rather than cut off', (from, source, to, reason) => {
  expect(stored(from, source, to)).toBe(reason);
});
