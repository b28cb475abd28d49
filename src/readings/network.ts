import type { Run, RunLayer, StructureNode } from '../run/schema.js';

/** What is needed of a run to know how its layers hang together. */
export type ReadRun = Pick<Run, 'layers' | 'outputLayer' | 'outputLayers' | 'graph' | 'structure'> &
  Partial<Pick<Run, 'data' | 'initialWeights'>>;

/** A node of the network: one of the run's layers, a layer that was not observed, or a meeting of paths. */
export interface NetworkNode extends StructureNode {
  /** Its place in the run's layers, where it was observed. */
  readonly place?: number;
  /** Places in the network of what it reads, and of what reads it. */
  readonly before: readonly number[];
  readonly after: number[];
}

/** Operators that add values up, feature by feature: the residual connections. */
const SUMS = new Set(['Add', 'Sum', 'SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']);
/** Those and others whose inputs have to be of one width. */
const ELEMENTWISE = new Set([...SUMS, 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Where']);

export const isSum = ({ isJoin, op }: StructureNode): boolean => isJoin === true && SUMS.has(op);
export const isConcat = ({ isJoin, op }: StructureNode): boolean => isJoin === true && op === 'Concat';

/**
 * How the layers of a run hang together. Runs made before the structure was stored have a graph without facts, and the
 * oldest none: they are taken for chains.
 */
export class Network {
  readonly nodes: readonly NetworkNode[];
  /** For each layer of the run, its node. */
  readonly nodeOf: readonly number[];
  /** Whether the run tells which layers there are besides those observed, and where the outputs are. */
  readonly isComplete: boolean;
  readonly #ancestors: readonly Uint32Array[];

  constructor(run: ReadRun) {
    const places = new Map(run.layers.map(({ name }, place) => [name, place]));
    const given = structureOf(run);
    const known = new Map(given.map(({ id }, index) => [id, index]));
    const nodes = given.map((node, index): NetworkNode => {
      const before = node.inputs.flatMap((id) => {
        const found = known.get(id);
        return found !== undefined && found < index ? [found] : [];
      });
      return { ...node, place: node.isJoin ? undefined : places.get(node.id), before, after: [] };
    });
    nodes.forEach(({ before }, index) => {
      for (const each of before) nodes[each].after.push(index);
    });
    this.nodes = nodes;
    this.isComplete = run.structure !== undefined;
    this.nodeOf = run.layers.map(({ name }) => known.get(name) ?? -1);
    this.#ancestors = ancestorsOf(nodes);
  }

  /** Whether values of `from` reach `to` by some path; no node comes before itself. */
  isBefore(from: number, to: number): boolean {
    return (this.#ancestors[to][from >> 5] & (1 << (from & 31))) !== 0;
  }

  /** Places in the run of the observed layers that come right after a node, through meetings and unobserved layers. */
  observedAfter(index: number): number[] {
    const found: number[] = [];
    this.walk([index], (next) => {
      const { place } = this.nodes[next];
      if (place === undefined) return true;
      found.push(place);
      return false;
    });
    return found;
  }

  /** Visits what comes after some nodes, each once; goes on behind a node where `visit` says so. */
  walk(from: readonly number[], visit: (index: number) => boolean): void {
    const seen = new Set<number>();
    const waiting = [...from];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      for (const next of this.nodes[index].after) {
        if (seen.has(next)) continue;
        seen.add(next);
        if (visit(next)) waiting.push(next);
      }
    }
  }

  /** Visits what comes before some nodes, each once. */
  walkBack(from: Iterable<number>, visit: (index: number) => void): void {
    const seen = new Set<number>();
    const waiting = [...from];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      for (const before of this.nodes[index].before) {
        if (seen.has(before)) continue;
        seen.add(before);
        visit(before);
        waiting.push(before);
      }
    }
  }

  /** Whether an arm of a sum is the way around the others: one of them is computed from it. */
  isShortcut(arm: number, join: number): boolean {
    const { before } = this.nodes[join];
    return before.some((other) => other !== arm && this.isBefore(arm, other));
  }

  /** For each node, itself and the nodes that have to have as many features, for their values are added or multiplied. */
  tiedWidths(): readonly (readonly number[])[] {
    const parents = this.nodes.map((_, index) => index);
    const rootOf = (index: number): number => {
      let root = index;
      while (parents[root] !== root) root = parents[root] = parents[parents[root]];
      return root;
    };
    this.nodes.forEach((node, index) => {
      if (!node.isJoin || !ELEMENTWISE.has(node.op)) return;
      for (const arm of node.before) parents[rootOf(arm)] = rootOf(index);
    });
    const members = new Map<number, number[]>();
    this.nodes.forEach((_, index) => {
      const root = rootOf(index);
      const group = members.get(root);
      if (group) group.push(index);
      else members.set(root, [index]);
    });
    return this.nodes.map((_, index) => members.get(rootOf(index)) ?? [index]);
  }
}

function structureOf({ structure, graph, layers }: ReadRun): readonly StructureNode[] {
  const given: readonly StructureNode[] =
    structure ??
    graph ??
    layers.map(({ name, op }, i) => ({ id: name, op, inputs: i === 0 ? [] : [layers[i - 1].name] }));
  const known = new Set(given.map(({ id }) => id));
  // A run that was edited by hand may lack some of its own layers: they stand by themselves.
  const missing = layers
    .filter(({ name }) => !known.has(name))
    .map(({ name, op }) => ({ id: name, op, inputs: [] }));
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  return [...given, ...missing].map((node) => ({ ...factsOf(byName.get(node.id)), ...node }));
}

/** What a layer of the run tells of itself, for runs without a structure. */
function factsOf(layer: RunLayer | undefined): Partial<StructureNode> {
  return layer ? { features: layer.features } : {};
}

function ancestorsOf(nodes: readonly NetworkNode[]): Uint32Array[] {
  const words = (nodes.length + 31) >> 5;
  const sets: Uint32Array[] = [];
  nodes.forEach(({ before }) => {
    const set = new Uint32Array(words);
    for (const each of before) {
      const inherited = sets[each];
      for (let word = 0; word < words; word++) set[word] |= inherited[word];
      set[each >> 5] |= 1 << (each & 31);
    }
    sets.push(set);
  });
  return sets;
}
