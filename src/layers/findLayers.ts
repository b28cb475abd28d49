import { UserError } from '../errors.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { namesListed } from '../text/numbers.js';
import { anyOperator } from './families/anyOperator.js';
import type { LayerFamily } from './families/family.js';
import { familyOf } from './families/registry.js';
import type { Layer, NotObservable } from './layer.js';
import { moduleName, operatorName, UniqueNames } from './naming.js';
import { nodesInside, whereInside } from './nodesInside.js';

/** The layers of a model in graph order, and what cannot be observed. */
export interface FoundLayers {
  readonly layers: readonly Layer[];
  readonly notObservable: readonly NotObservable[];
}

/**
 * Finds the layers of a model. Runs nothing.
 *
 * @param operators further operators to observe (`--ops`), by name.
 * @throws UserError where one of `operators` does not occur in the model.
 */
export function findLayers(model: ModelFile, operators: readonly string[] = []): FoundLayers {
  const graph = new Graph(model.graph, model.proto);
  const nodes = model.graph.node;
  const wanted = new Set(operators);
  const layers: (Layer | undefined)[] = nodes.map(() => undefined);
  const notObservable: NotObservable[][] = nodes.map(() => []);
  const occurring = new Set(nodes.map(({ opType }) => opType));
  const namer = new LayerNamer();

  const describe = (node: NodeProto, index: number, family: LayerFamily) => {
    const described = family.describe({ node, graph });
    if (described === undefined) return;
    const about = { node: node.name, op: node.opType };
    if (typeof described === 'string') {
      notObservable[index].push({ ...about, reason: described });
      return;
    }
    const name = namer.nameOf(node);
    const unnamed = described.output
      ? {}
      : { output: freeName(graph, `${name}/Y`), unnamed: { nodeIndex: index, outputIndex: 0 } };
    const requested = family === anyOperator ? ({ isRequested: true } as const) : {};
    layers[index] = { name, ...about, ...described, ...unnamed, ...requested };
  };

  nodes.forEach((node, index) => {
    const family = familyOf(node, graph);
    if (family) describe(node, index, family);
  });
  // Asked-for operators come second, so that they do not change the names of the layers proper.
  nodes.forEach((node, index) => {
    const isDescribed = layers[index] !== undefined || notObservable[index].length > 0;
    if (wanted.has(node.opType) && !isDescribed) describe(node, index, anyOperator);
    for (const inner of nodesInside(node, graph)) {
      occurring.add(inner.opType);
      if (!familyOf(inner, graph) && !wanted.has(inner.opType)) continue;
      notObservable[index].push({ node: inner.name, op: inner.opType, reason: whereInside(node, graph) });
    }
  });
  const missing = operators.find((operator) => !occurring.has(operator));
  if (missing !== undefined) {
    throw new UserError(
      `--ops ${missing}: the model has no such operator; it has ${namesListed([...occurring].sort(), 40)}`,
    );
  }
  return { layers: layers.filter((layer) => layer !== undefined), notObservable: notObservable.flat() };
}

/** A name that no value of the graph has. */
function freeName(graph: Graph, wanted: string): string {
  let name = wanted;
  while (graph.isKnown(name)) name += '_';
  return name;
}

/** Gives layers their names in graph order. */
class LayerNamer {
  readonly #unique = new UniqueNames();
  readonly #counts = new Map<string, number>();

  nameOf(node: NodeProto): string {
    const name = moduleName(node);
    if (name !== undefined) return this.#unique.take(name);
    const count = this.#counts.get(node.opType) ?? 0;
    this.#counts.set(node.opType, count + 1);
    return this.#unique.take(operatorName(node, count));
  }
}
