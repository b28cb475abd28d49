import { constantValue } from '../onnx/constantShape.js';
import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';

/** Operators behind which exporters put one and the same weight for every layer that uses it. */
const LOOKED_THROUGH = new Set(['Identity', 'Transpose', 'Cast', 'DequantizeLinear']);

/** The name under which the model stores the weight of a layer's node; `undefined` where it has none that is constant. */
export function storedWeight(graph: Graph, { opType, input }: NodeProto): string | undefined {
  const isThird = opType.startsWith('Q') && opType !== 'QAttention';
  const candidates = isThird ? [input[3], input[0]] : [input[1], input[0]];
  let name = candidates.find((each) => each !== undefined && each !== '' && constantValue(graph, each));
  for (let steps = 0; name !== undefined && steps < 8; steps++) {
    const node = graph.producer(name);
    if (!node || !LOOKED_THROUGH.has(node.opType)) return name;
    name = node.input[0];
  }
  return name;
}
