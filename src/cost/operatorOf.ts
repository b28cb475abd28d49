import type { Layer } from '../layers/layer.js';
import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';

/** How far above a layer's output its operator can stand: behind a bias and a scaling. */
const MOST_STEPS = 3;

/** The node that does a layer's work: its output is the layer's, or that of the bias that completes it. */
export function operatorOf(graph: Graph, layer: Layer): NodeProto | undefined {
  if (layer.aside) return graph.proto.node[layer.aside.nodeIndex];
  let values = [layer.output];
  for (let step = 0; step <= MOST_STEPS; step++) {
    const nodes = values.flatMap((value) => graph.producer(value) ?? []);
    const found = nodes.find(({ opType, name }) => opType === layer.op && name === layer.node);
    if (found) return found;
    values = nodes.flatMap(({ input }) => input.filter((name) => name !== ''));
  }
  return undefined;
}
