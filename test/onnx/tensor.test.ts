import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { TensorProto_DataLocation, TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { decodeTensor } from '../../src/onnx/tensor.js';

const decoded = (init: MessageInitShape<typeof TensorProtoSchema>) =>
  decodeTensor(create(TensorProtoSchema, init));

test('raw bytes are copied, so that they may lie anywhere', () => {
  const bytes = Buffer.from([9, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]).subarray(1);
  const { type, dims, data } = decoded({ dataType: 1, dims: [2n, 1n], rawData: bytes });
  expect([type, dims, [...data]]).toEqual(['float32', [2, 1], [1, -2]]);
  expect(data.buffer.byteLength).toBe(8);
});

test.each<[string, number, MessageInitShape<typeof TensorProtoSchema>, (number | bigint)[]]>([
  ['float32', 1, { floatData: [0.5, -1] }, [0.5, -1]],
  ['uint8', 2, { int32Data: [255, 1] }, [255, 1]],
  ['int8', 3, { int32Data: [-128, 1] }, [-128, 1]],
  ['uint16', 4, { int32Data: [65535, 1] }, [65535, 1]],
  ['int16', 5, { int32Data: [-32768, 1] }, [-32768, 1]],
  ['int32', 6, { int32Data: [-5, 1] }, [-5, 1]],
  ['int64', 7, { int64Data: [-5n, 1n] }, [-5n, 1n]],
  ['bool', 9, { int32Data: [0, 1] }, [0, 1]],
  ['float16', 10, { int32Data: [0x3c00, 0] }, [0x3c00, 0]],
  ['float64', 11, { doubleData: [0.1, 2] }, [0.1, 2]],
  ['uint32', 12, { uint64Data: [4294967295n, 1n] }, [4294967295, 1]],
  ['uint64', 13, { uint64Data: [2n ** 64n - 1n, 1n] }, [2n ** 64n - 1n, 1n]],
  ['bfloat16', 16, { int32Data: [0x3f80, 0] }, [0x3f80, 0]],
])('%s is read from its typed field', (name, dataType, fields, expected) => {
  const { type, data } = decoded({ dataType, dims: [2n], ...fields });
  expect([type, [...data]]).toEqual([name, expected]);
});

test('scalars and empty tensors', () => {
  expect([...decoded({ dataType: 7, dims: [], int64Data: [3n] }).data]).toEqual([3n]);
  expect(decoded({ dataType: 1, dims: [0n, 4n] })).toMatchObject({ dims: [0, 4], data: new Float32Array(0) });
});

test.each<[string, MessageInitShape<typeof TensorProtoSchema>, RegExp]>([
  [
    'too few values',
    { name: 'w', dataType: 1, dims: [3n], floatData: [1] },
    /tensor w of shape \[3\] holds 1 values/,
  ],
  [
    'too few bytes',
    { dataType: 1, dims: [3n], rawData: Uint8Array.of(1, 2, 3, 4) },
    /holds 4 bytes of float32/,
  ],
  ['half an element', { dataType: 1, dims: [1n], rawData: Uint8Array.of(1, 2, 3) }, /holds 3 bytes/],
  ['a negative axis', { dataType: 1, dims: [-1n], floatData: [1] }, /impossible shape \[-1\]/],
  ['an overflowing shape', { dataType: 1, dims: [2n ** 40n, 2n ** 40n] }, /impossible shape/],
  ['strings', { dataType: 8, dims: [1n], stringData: [Uint8Array.of(65)] }, /is of strings/],
  ['complex numbers', { dataType: 14, dims: [1n], floatData: [1, 2] }, /is of data type 14/],
  [
    'external data',
    { name: 'w', dataType: 1, dims: [1n], dataLocation: TensorProto_DataLocation.EXTERNAL },
    /keeps its values in an external file/,
  ],
])('%s is refused', (_, init, message) => {
  expect(() => decoded(init)).toThrow(message);
});
