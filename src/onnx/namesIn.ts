import type { GraphProto } from './proto/onnx_pb.js';
import { subgraphs } from './walk.js';

/** Every name of a value or node in a graph, bodies included: what is added must not be called like any of them. */
export function namesIn(graph: GraphProto): Set<string> {
  const names = new Set<string>();
  addNames(graph, names);
  return names;
}

function addNames(graph: GraphProto, names: Set<string>): void {
  for (const { name } of [...graph.input, ...graph.initializer, ...graph.valueInfo]) names.add(name);
  for (const { values } of graph.sparseInitializer) if (values) names.add(values.name);
  for (const node of graph.node) {
    for (const name of [node.name, ...node.output]) names.add(name);
    for (const body of subgraphs(node)) addNames(body, names);
  }
}
