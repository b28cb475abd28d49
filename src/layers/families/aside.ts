import type { Graph } from '../../onnx/graph.js';

/** A name for what is computed beside a layer, of which the graph knows no value. */
export function asideName(graph: Graph, output: string, what: string): string {
  let name = `${output}/${what}`;
  while (graph.isKnown(name)) name += '_';
  return name;
}
