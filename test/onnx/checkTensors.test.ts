import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { checkTensors } from '../../src/onnx/checkTensors.js';
import { type TensorProto, TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { model, node, tensor } from '../support/models.js';

const check = (weight: TensorProto) => () =>
  checkTensors(
    model({ nodes: [node('Identity', ['w'], ['y'])], inputs: [], outputs: ['y'], initializers: [weight] }),
    'm.onnx',
  );
const shaped = (dims: readonly bigint[], bytes: number, dataType = 1) =>
  create(TensorProtoSchema, { name: 'w', dataType, dims: [...dims], rawData: new Uint8Array(bytes) });

describe('checkTensors', () => {
  it.each([
    [[0n, 2n ** 62n], '[0, 4611686018427387904]'],
    [[2n ** 62n, 0n], '[4611686018427387904, 0]'],
    [[2n ** 32n, 2n ** 32n], '[4294967296, 4294967296]'],
    [[-1n, 4n], '[-1, 4]'],
    [[-2n, -2n], '[-2, -2]'],
  ])('refuses dimensions that no tensor has: %s', (dims, shape) => {
    expect(check(shaped(dims, 0))).toThrow(
      `m.onnx is not a valid ONNX model or is damaged (tensor w has the impossible shape ${shape}): export or copy it again`,
    );
  });

  it.each([
    [[4n], 7, 'holds 7 bytes, where its shape [4] of float32 takes 16'],
    [[], 8, 'holds 8 bytes, where its shape [] of float32 takes 4'],
    [[0n, 4n], 4, 'holds 4 bytes, where its shape [0, 4] of float32 takes 0'],
  ])('refuses bytes that do not fit the dimensions: %s, %d bytes', (dims, bytes, fault) => {
    expect(check(shaped(dims, bytes))).toThrow(`(tensor w ${fault})`);
  });

  it('takes what fits, what is empty, and what is of a type whose size it does not know', () => {
    expect(check(tensor('w', 'int64', [2, 3], [1, 2, 3, 4, 5, 6]))).not.toThrow();
    expect(check(shaped([0n, 4n], 0))).not.toThrow();
    // Two 4-bit integers a byte.
    expect(check(shaped([3n], 2, 22))).not.toThrow();
  });

  it('looks into attributes too', () => {
    const constant = node('Constant', [], ['y'], { value: shaped([-1n], 0) });
    expect(() => checkTensors(model({ nodes: [constant], inputs: [], outputs: ['y'] }), 'm.onnx')).toThrow(
      /tensor w has/,
    );
  });
});
