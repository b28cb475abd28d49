import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { namesRead } from '../onnx/walk.js';
import { inMainGraph, type Layer, layersByIndex } from './layer.js';

/** A layer, or an operator in which paths from several layers meet (the Add of a residual connection). */
export interface GraphNode {
  /** The layer's name; that of a meeting is of no layer. */
  readonly id: string;
  readonly op: string;
  /** Absent for layers. */
  readonly isJoin?: true;
  /** Where its values come from: other ids, or `input` for the model's own inputs. */
  readonly inputs: readonly string[];
}

/** What the model's inputs are called in a graph of layers. */
const MODEL_INPUT = 'input';

/**
 * How the layers of a model hang together: all operators between them are left out, but for those in which several
 * paths meet. Takes time proportional to the model.
 */
export function layerGraph(model: ModelFile, all: readonly Layer[]): GraphNode[] {
  const layers = all.filter(inMainGraph);
  const graph = new Graph(model.graph, model.proto);
  const byOutput = new Map(layers.map((layer) => [layer.output, layer]));
  const byIndex = layersByIndex(layers);
  const names = new Set([MODEL_INPUT, ...layers.map(({ name }) => name)]);
  const sources = new Map<string, string>();
  for (const { name } of model.graph.input) if (!graph.initializer(name)) sources.set(name, MODEL_INPUT);
  const nodes: GraphNode[] = [];
  model.graph.node.forEach((node, index) => {
    const read = new Set<string>();
    for (const name of namesRead(node)) {
      const source = sources.get(name);
      if (source !== undefined) read.add(source);
    }
    const layer = byIndex.get(index) ?? node.output.map((name) => byOutput.get(name)).find((found) => found);
    const inputs = [...read];
    let source: string | undefined = inputs[0];
    if (layer) {
      source = layer.name;
      nodes.push({ id: source, op: layer.op, inputs });
    } else if (inputs.length > 1) {
      source = freeName(names, `${node.opType}_${index}`);
      nodes.push({ id: source, op: node.opType, isJoin: true, inputs });
    }
    if (source !== undefined) for (const name of node.output) if (name !== '') sources.set(name, source);
  });
  // Where in its body a layer stands is not told.
  const inBodies = all.flatMap(({ name, op, inside }) => (inside ? [{ id: name, op, inputs: [] }] : []));
  return [...withoutLooseEnds(nodes), ...inBodies];
}

/** Meetings that no layer comes after are none that anybody asks about. */
function withoutLooseEnds(nodes: readonly GraphNode[]): GraphNode[] {
  const read = new Set<string>();
  const kept = nodes.toReversed().filter(({ id, isJoin, inputs }) => {
    if (isJoin && !read.has(id)) return false;
    for (const input of inputs) read.add(input);
    return true;
  });
  return kept.reverse();
}

function freeName(taken: Set<string>, wanted: string): string {
  let name = wanted;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
}
