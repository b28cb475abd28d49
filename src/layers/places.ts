import type { Graph as GraphIndex } from '../onnx/graph.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import type { BodyStep } from './layer.js';

/** A node, and where in the model it stands. */
export interface Place {
  readonly node: NodeProto;
  /** The graph that has it: the model's own, or a body. */
  readonly graph: GraphIndex;
  /** Its place among that graph's nodes. */
  readonly index: number;
  /** The way from the model's own graph to that one; empty: it is that. */
  readonly steps: readonly BodyStep[];
  /** The nodes that carry the bodies on that way. */
  readonly carriers: readonly NodeProto[];
}

/** Every node of a model, those in bodies after the node that carries them; what local functions are made of is not here. */
export function* placesIn(model: ModelFile): Generator<Place> {
  yield* placesOf(new Graph(model.graph, model.proto), model, [], []);
}

function* placesOf(
  graph: GraphIndex,
  model: ModelFile,
  steps: readonly BodyStep[],
  carriers: readonly NodeProto[],
): Generator<Place> {
  for (const [index, node] of graph.proto.node.entries()) {
    yield { node, graph, index, steps, carriers };
    for (const { name, g } of node.attribute) {
      if (!g) continue;
      const inner = new Graph(g, model.proto, graph);
      yield* placesOf(inner, model, [...steps, { node: index, attribute: name }], [...carriers, node]);
    }
  }
}
