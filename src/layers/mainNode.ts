import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import type { Layer } from './layer.js';

/** Between an integer product and what is observed of it: bias, cast, scaling, bias. */
const MOST_STEPS = 4;

/** The node of a layer's own operator, which has the weight: what completes it (a bias, a scaling) may stand behind it. */
export function mainNode(graph: Graph, { op, output, unnamed }: Layer): NodeProto | undefined {
  if (unnamed) return graph.proto.node[unnamed.nodeIndex];
  let values = [output];
  for (let steps = 0; steps <= MOST_STEPS; steps++) {
    const nodes = values.flatMap((name) => graph.producer(name) ?? []);
    const found = nodes.find(({ opType }) => opType === op);
    if (found) return found;
    values = nodes.flatMap(({ input }) => input);
  }
  return undefined;
}
