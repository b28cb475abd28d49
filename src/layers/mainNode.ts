import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { indexOf, type Layer } from './layer.js';

/** Between an integer product and what is observed of it: bias, cast, scaling, bias. */
const MOST_STEPS = 4;

/** The node of a layer's own operator, which has the weight: what completes it (a bias, a scaling) may stand behind it. */
export function mainNode(graph: Graph, layer: Layer): NodeProto | undefined {
  const { op, output } = layer;
  const index = indexOf(layer);
  if (index !== undefined) return graph.proto.node[index];
  let values = [output];
  for (let steps = 0; steps <= MOST_STEPS; steps++) {
    const nodes = values.flatMap((name) => graph.producer(name) ?? []);
    const found = nodes.find(({ opType }) => opType === op);
    if (found) return found;
    values = nodes.flatMap(({ input }) => input);
  }
  return undefined;
}
