import { fromBinary } from '@bufbuild/protobuf';
import type { InstrumentedModel } from '../../src/instrument/instrumentedModel.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import {
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
} from '../../src/onnx/proto/onnx_pb.js';
import { unevenValues } from './activationModel.js';
import { inMemory } from './graphs.js';
import { ortTensor } from './instrumented.js';
import { type ModelParts, model, node, tensor, value } from './models.js';

const unevenOf = (dims: readonly number[]) => unevenValues(dims.reduce((size, dim) => size * dim, 1));

/** A float32 initializer of numbers that float64 multiplies and adds without rounding. */
export const weight = (name: string, dims: readonly number[]): TensorProto =>
  tensor(name, 'float32', dims, unevenOf(dims));

/** A float32 tensor to feed, likewise. */
export const input = (dims: readonly number[]) => ortTensor('float32', dims, unevenOf(dims));

/** Three MatMuls in a row, `/a/MatMul` → Relu → `/b/MatMul` → `/c/MatMul`, from `x` of two features. */
export const chain = (parts: Partial<ModelParts> = {}): ModelFile =>
  inMemory(
    model({
      inputs: [value('x', 'float32', ['batch', 2])],
      nodes: [
        node('MatMul', ['x', 'wa'], ['a'], {}, { name: '/a/MatMul' }),
        node('Relu', ['a'], ['ra']),
        node('MatMul', ['ra', 'wb'], ['b'], {}, { name: '/b/MatMul' }),
        node('MatMul', ['b', 'wc'], ['c'], {}, { name: '/c/MatMul' }),
      ],
      outputs: [value('c', 'float32', ['batch', 2])],
      initializers: [weight('wa', [2, 3]), weight('wb', [3, 3]), weight('wc', [3, 2])],
      ...parts,
    }),
  );

/** What an instrumented model holds. */
export function parsed({ bytes }: InstrumentedModel): { proto: ModelProto; graph: GraphProto } {
  const proto = fromBinary(ModelProtoSchema, bytes);
  if (!proto.graph) throw new Error('the instrumented model has no graph');
  return { proto, graph: proto.graph };
}
