import { UserError } from '../errors.js';
import type { Graph } from '../onnx/graph.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { namesListed } from '../text/numbers.js';
import { anyOperator } from './families/anyOperator.js';
import type { LayerDescription, LayerFamily } from './families/family.js';
import { familyOf } from './families/registry.js';
import { inMainGraph, type Layer, type NotObservable } from './layer.js';
import { moduleName, operatorName, UniqueNames } from './naming.js';
import { nodesInside, whereInside, whyNotInBody } from './nodesInside.js';
import { type Place, placesIn } from './places.js';

/** The layers of a model in graph order, and what cannot be observed. */
export interface FoundLayers {
  /** Those of the model's own graph. */
  readonly layers: readonly Layer[];
  /** These, and those inside bodies. */
  readonly all: readonly Layer[];
  readonly notObservable: readonly NotObservable[];
}

/**
 * Finds the layers of a model. Runs nothing.
 *
 * @param operators further operators to observe (`--ops`), by name.
 * @throws UserError where one of `operators` does not occur in the model.
 */
export function findLayers(model: ModelFile, operators: readonly string[] = []): FoundLayers {
  const places = [...placesIn(model)];
  const opset = opsetOf(model.proto);
  const wanted = new Set(operators);
  const layers: (Layer | undefined)[] = places.map(() => undefined);
  const notObservable: NotObservable[][] = places.map(() => []);
  const occurring = new Set(places.map(({ node }) => node.opType));
  const namer = new LayerNamer();

  const describe = (place: Place, at: number, family: LayerFamily) => {
    const { node, graph, index, steps } = place;
    const described = family.describe({ node, graph });
    if (described === undefined) return;
    const about = { node: node.name, op: node.opType };
    const hidden = steps.length > 0 ? whyNotInBody(place, opset) : undefined;
    if (hidden !== undefined || typeof described === 'string') {
      notObservable[at].push({ ...about, reason: hidden ?? String(described) });
      return;
    }
    const name = namer.nameOf(node, ownConstants(place, described));
    const unnamed = described.output
      ? {}
      : { output: freeName(graph, `${name}/Y`), unnamed: { nodeIndex: index, outputIndex: 0 } };
    const requested = family === anyOperator ? ({ isRequested: true } as const) : {};
    const { aside: nodes, ...rest } = described;
    const aside = nodes ? { aside: { nodeIndex: index, nodes } } : {};
    const layer = { name, ...about, ...rest, ...unnamed, ...aside, ...requested };
    layers[at] = steps.length > 0 ? inBody(layer, place) : layer;
  };

  // Asked-for operators and bodies come second, so that they do not change the names of the layers proper.
  for (const inBodies of [false, true]) {
    places.forEach((place, at) => {
      const family = place.steps.length > 0 === inBodies ? familyOf(place.node, place.graph) : undefined;
      if (family) describe(place, at, family);
    });
    places.forEach((place, at) => {
      if (place.steps.length > 0 !== inBodies) return;
      const isDescribed = layers[at] !== undefined || notObservable[at].length > 0;
      if (wanted.has(place.node.opType) && !isDescribed) describe(place, at, anyOperator);
    });
  }
  places.forEach(({ node, graph }, at) => {
    for (const inner of nodesInside(node, graph)) {
      occurring.add(inner.opType);
      if (!familyOf(inner, graph) && !wanted.has(inner.opType)) continue;
      notObservable[at].push({ node: inner.name, op: inner.opType, reason: whereInside(node) });
    }
  });
  const missing = operators.find((operator) => !occurring.has(operator));
  if (missing !== undefined) {
    throw new UserError(
      `--ops ${missing}: the model has no such operator; it has ${namesListed([...occurring].sort(), 40)}`,
    );
  }
  const all = layers.filter((layer) => layer !== undefined);
  return { layers: all.filter(inMainGraph), all, notObservable: notObservable.flat() };
}

/** Of a layer in a body the input may be another one in each turn: it is measured at its output. */
function inBody({ linearMap: _, ...layer }: Layer, { steps, carriers }: Place): Layer {
  const words = steps.map(({ attribute }, i) => {
    const { opType, name } = carriers[i];
    return `the ${attribute} of ${name === '' ? `a node ${opType}` : `${opType} ${name}`}`;
  });
  return { ...layer, inside: { steps, words: words.reverse().join(', in ') } };
}

/** Which input of what comes after a layer is the layer's bias. */
const BIAS_OF: ReadonlyMap<string, number> = new Map([
  ['BiasGelu', 1],
  ['FastGelu', 1],
  ['SkipLayerNormalization', 4],
  ['SkipSimplifiedLayerNormalization', 3],
]);

/** What a layer's node, and the one that completes it, read and no other node does. */
function ownConstants({ node, graph }: Place, { output }: LayerDescription): string[] {
  const completing = output === node.output[0] ? undefined : graph.producer(output);
  const next = graph.consumers(output);
  // Optimizers move the bias on into what comes next, where it may meet another stream that has none of its own.
  const other = next[0]?.input.slice(0, 2).find((name) => name !== output);
  const isOurs = next.length === 1 && !/MatMul|Gemm/.test(graph.producer(other ?? '')?.opType ?? '');
  const moved = isOurs ? BIAS_OF.get(next[0].opType) : undefined;
  const read = [
    ...node.input.slice(1),
    ...(completing?.input ?? []),
    ...(moved === undefined ? [] : next[0].input.slice(moved, moved + 1)),
  ];
  return read.filter((name) => name !== '' && graph.consumers(name).length === 1);
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

  nameOf(node: NodeProto, biases: readonly string[]): string {
    const name = moduleName(node, biases);
    if (name !== undefined) return this.#unique.take(name);
    const count = this.#counts.get(node.opType) ?? 0;
    this.#counts.set(node.opType, count + 1);
    return this.#unique.take(operatorName(node, count));
  }
}
