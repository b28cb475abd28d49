import { expect, it } from 'vitest';
import { transferable } from '../../../src/engine/feeds/transferable.js';

it('gives an array that owns its buffer as it is', () => {
  const array = Float32Array.of(1, 2);
  expect(transferable(array)).toBe(array);
});

it.each([
  ['a part of a buffer', new BigInt64Array(4).fill(7n).subarray(1, 3), [7n, 7n]],
  ["a view of Node's pool", Buffer.from([1, 2, 3]), [1, 2, 3]],
  ['a shared buffer', new Float64Array(new SharedArrayBuffer(16)).fill(0.5), [0.5, 0.5]],
])('copies %s', (_, array, values) => {
  const copy = transferable<typeof array>(array);
  expect([...copy]).toEqual(values);
  expect(copy.buffer).not.toBe(array.buffer);
  expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
  expect(copy.byteLength).toBe(copy.buffer.byteLength);
});
