import { intAttribute } from './attributes.js';
import type { GraphProto, NodeProto, TensorProto } from './proto/onnx_pb.js';
import { subgraphs } from './walk.js';

/**
 * Operators that compute as in training, by how many nodes: BatchNormalization by the statistics of each batch instead of
 * those that were learned, Dropout by zeroing values at random. Bodies are looked into.
 *
 * @param opset of the default operator set: before 14, a BatchNormalization with further outputs is one that trains.
 */
export function trainingNodes(graph: GraphProto, opset: number): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const graphs = [graph];
  for (let next = graphs.pop(); next !== undefined; next = graphs.pop()) {
    for (const node of next.node) {
      if (trains(node, next, opset)) found.set(node.opType, (found.get(node.opType) ?? 0) + 1);
      graphs.push(...subgraphs(node));
    }
  }
  return found;
}

function trains(node: NodeProto, graph: GraphProto, opset: number): boolean {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return false;
  if (node.opType === 'BatchNormalization') {
    return opset >= 14
      ? intAttribute(node, 'training_mode', 0) !== 0
      : node.output.filter((name) => name !== '').length > 1;
  }
  const mode = node.opType === 'Dropout' ? (node.input[2] ?? '') : '';
  return mode !== '' && isTrue(constant(graph, mode));
}

function constant({ initializer, node }: GraphProto, name: string): TensorProto | undefined {
  const made = node.find(({ opType, output }) => opType === 'Constant' && output.includes(name));
  return (
    initializer.find((tensor) => tensor.name === name) ??
    made?.attribute.find((attribute) => attribute.name === 'value')?.t
  );
}

/** A boolean stands in one byte, or in an `int32_data`. */
const isTrue = (tensor: TensorProto | undefined): boolean =>
  tensor !== undefined && (tensor.rawData.at(0) ?? tensor.int32Data.at(0) ?? 0) !== 0;
