import { expect, it } from 'vitest';
import { allocate, dataTypeOf, type ElementType, elementTypeOf } from '../../src/onnx/elementType.js';

// TensorProto.DataType of onnx.proto.
it.each<[ElementType, number, string, number]>([
  ['float32', 1, 'Float32Array', 4],
  ['uint8', 2, 'Uint8Array', 1],
  ['int8', 3, 'Int8Array', 1],
  ['uint16', 4, 'Uint16Array', 2],
  ['int16', 5, 'Int16Array', 2],
  ['int32', 6, 'Int32Array', 4],
  ['int64', 7, 'BigInt64Array', 8],
  ['bool', 9, 'Uint8Array', 1],
  ['float16', 10, 'Uint16Array', 2],
  ['float64', 11, 'Float64Array', 8],
  ['uint32', 12, 'Uint32Array', 4],
  ['uint64', 13, 'BigUint64Array', 8],
  ['bfloat16', 16, 'Uint16Array', 2],
])('%s is data type %i and stands in a %s', (type, dataType, array, bytes) => {
  expect(elementTypeOf(dataType)).toBe(type);
  expect(dataTypeOf(type)).toBe(dataType);
  const made = allocate(type, 3);
  expect([made.constructor.name, made.length, made.BYTES_PER_ELEMENT]).toEqual([array, 3, bytes]);
});

it('strings have a data type, and no array of numbers', () => {
  expect(elementTypeOf(8)).toBe('string');
  expect(() => allocate('string', 1)).toThrow('no typed array');
  expect([0, 14, 17, -1].map(elementTypeOf)).toEqual(Array(4).fill(undefined));
});
