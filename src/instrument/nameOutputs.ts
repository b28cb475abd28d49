import { clone } from '@bufbuild/protobuf';
import type { Layer } from '../layers/layer.js';
import { type GraphProto, type NodeProto, NodeProtoSchema } from '../onnx/proto/onnx_pb.js';

/**
 * The graph with every output that is observed as a value: named, or computed beside the rest. Nodes are replaced, never
 * changed.
 */
export function nameOutputs(graph: GraphProto, layers: readonly Layer[]): GraphProto {
  const node: NodeProto[] = [...graph.node];
  for (const { unnamed, output } of layers) {
    if (!unnamed) continue;
    const { nodeIndex, outputIndex } = unnamed;
    const named = clone(NodeProtoSchema, node[nodeIndex]);
    named.output[outputIndex] = output;
    node[nodeIndex] = named;
  }
  node.push(...layers.flatMap(({ aside }) => aside?.nodes ?? []));
  return { ...graph, node };
}
