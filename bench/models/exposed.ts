import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, ValueInfoProtoSchema } from '../../src/onnx/proto/onnx_pb.js';

/**
 * The model with the output of every convolution and fully connected layer as an output of its own: what a tool
 * that computes its statistics outside the graph would run.
 */
export function exposed(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (!model.graph) throw new Error('the model has no graph');
  const { node, output } = model.graph;
  const known = new Set(output.map(({ name }) => name));
  for (const layer of node) {
    if (layer.opType !== 'Conv' && layer.opType !== 'Gemm') continue;
    const [name] = layer.output;
    if (!known.has(name)) output.push(create(ValueInfoProtoSchema, { name }));
  }
  return toBinary(ModelProtoSchema, model);
}
