import { create } from '@bufbuild/protobuf';
import type { Tensor } from 'onnxruntime-node';
import { nameOutputs } from '../instrument/nameOutputs.js';
import type { ElementType, NumericArray } from '../onnx/elementType.js';
import { type ModelFile, serializeModel } from '../onnx/modelFile.js';
import { NodeProtoSchema, ValueInfoProtoSchema } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';
import type { DecodedTensor } from '../onnx/tensor.js';
import { openPlain } from './session/modelSession.js';

/**
 * The values of constants of a model, wherever they are stored and whatever operators stand between: the runtime
 * computes them, and also reads external data.
 *
 * @param names of values that do not depend on the model's inputs.
 * @throws UserError where the runtime cannot.
 */
export async function constantTensors(
  model: ModelFile,
  names: readonly string[],
): Promise<Map<string, DecodedTensor>> {
  if (names.length === 0) return new Map();
  const pruned = prune(nameOutputs(model.graph, []), names);
  // An initializer is no output of a graph in every version of the format: each gets a node.
  const outputs = names.map((name, i) => ({ name, output: `delve/constant_${i}` }));
  const stored = new Set(pruned.initializer.map(({ name }) => name));
  const graph = {
    ...pruned,
    input: pruned.input.filter(({ name }) => stored.has(name)),
    node: [
      ...pruned.node,
      ...outputs.map(({ name, output }) =>
        create(NodeProtoSchema, { opType: 'Identity', input: [name], output: [output] }),
      ),
    ],
    output: outputs.map(({ output }) => create(ValueInfoProtoSchema, { name: output })),
  };
  const session = await openPlain({
    bytes: serializeModel({ ...model.proto, graph }),
    ...(model.externalDataFolder === undefined ? {} : { externalDataFolder: model.externalDataFolder }),
  });
  try {
    const values = await session.run({});
    return new Map(outputs.map(({ name, output }) => [name, decoded(values[output])]));
  } finally {
    await session.release();
  }
}

function decoded({ type, dims, data }: Tensor): DecodedTensor {
  return { type: type as ElementType, dims, data: data as NumericArray };
}
