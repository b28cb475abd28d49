import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { modelBytes } from '../../src/onnx/modelBytes.js';
import { ModelProtoSchema, TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { bytes, message, packed, varint } from '../support/wire.js';

const unknown = [varint(900, 7n), bytes(901, 'later')] as const;

/** A float32 weight of so many numbers, with what may stand before and behind its values. */
const weight = (name: string, count: number) =>
  bytes(
    5,
    message(
      varint(1, BigInt(count)),
      varint(2, 1n),
      bytes(8, name),
      bytes(
        9,
        Uint8Array.from({ length: 4 * count }, (_, i) => (i * 7) % 251),
      ),
      bytes(12, 'a remark'),
      bytes(16, message(bytes(1, 'key'), bytes(2, 'value'))),
      ...unknown,
    ),
  );

const models: Record<string, Uint8Array> = {
  'large weights among small ones, with unknown fields at every level': message(
    varint(1, 8n),
    bytes(2, 'somebody'),
    bytes(
      7,
      message(
        bytes(1, message(bytes(1, 'x'), bytes(2, 'y'), bytes(4, 'Relu'))),
        bytes(2, 'graph'),
        weight('large', 2000),
        weight('small', 3),
        weight('larger', 70_000),
        bytes(10, 'told'),
        bytes(11, message(bytes(1, 'x'))),
        bytes(12, message(bytes(1, 'y'))),
        ...unknown,
      ),
    ),
    bytes(8, message(varint(2, 17n))),
    bytes(14, message(bytes(1, 'key'), bytes(2, 'value'))),
    ...unknown,
  ),
  'a weight that is stored as numbers': message(
    varint(1, 8n),
    bytes(7, message(bytes(5, message(varint(1, 2n), varint(2, 7n), packed(7, [1n, 2n]))))),
  ),
  'no graph': message(varint(1, 8n), bytes(8, message(varint(2, 17n)))),
  nothing: new Uint8Array(),
};

describe('the bytes of a model', () => {
  it.each(Object.entries(models))('are those of toBinary: %s', (_, written) => {
    const model = fromBinary(ModelProtoSchema, written);
    const found = modelBytes(model);
    expect(Buffer.compare(found, toBinary(ModelProtoSchema, model))).toBe(0);
    expect(Buffer.compare(found, written)).toBe(0);
  });

  it.each(['mnist-cnn.onnx', 'mnist-cnn-bn.onnx', 'mnist-rnn.onnx'])(
    'are those of the file: %s',
    async (name) => {
      const original = await readFile(join(import.meta.dirname, '../../fixtures', name));
      expect(Buffer.compare(modelBytes(fromBinary(ModelProtoSchema, original)), original)).toBe(0);
    },
  );

  it('hold a weight without a type or a name, and set fields that are empty', () => {
    const tensor = create(TensorProtoSchema, { name: '', dims: [], rawData: new Uint8Array(5000) });
    const model = create(ModelProtoSchema, { producerName: '', graph: { initializer: [tensor] } });
    expect(Buffer.compare(modelBytes(model), toBinary(ModelProtoSchema, model))).toBe(0);
  });
});
