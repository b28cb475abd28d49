import type { GraphNode, Run, RunLayer } from '../schema.js';

/** Operators that give the same whichever way round their inputs stand, as exporters differ in that. */
const commutative = new Set(['Add', 'Mul', 'Sum', 'Max', 'Min', 'Mean']);

/** A node of one of the graphs, with its neighbours by their places in the list of all. */
interface Placed {
  readonly layer: RunLayer | undefined;
  /** What is known of it from the start. */
  readonly kind: string;
  /** Its surroundings tell nothing more. */
  readonly isKnown: boolean;
  readonly isCommutative: boolean;
  readonly inputs: readonly number[];
  /** Who reads it, and as which input, where that matters. */
  readonly readers: readonly Reader[];
}

interface Reader {
  readonly index: number;
  readonly input: number;
}

/**
 * Where each layer of two runs stands: a number that two of them share only where all that leads to them, and all
 * that follows, is the same in kind, up to layers that are known. (Colour refinement of both graphs at once,
 * Weisfeiler and Leman 1968, to the end.)
 *
 * @param kindOf what a layer must share with one that is to stand for it.
 * @param known layers by what they are known as, on both sides.
 */
export function placesOf(
  runs: readonly Run[],
  kindOf: (layer: RunLayer) => string,
  known: ReadonlyMap<RunLayer, string>,
): ReadonlyMap<RunLayer, number> {
  const nodes: Placed[] = [];
  for (const { layers, graph = [] } of runs) addGraph(nodes, layers, graph, kindOf, known);
  let { colours, count } = numbered(nodes.map(({ kind }) => kind));
  for (let last = 0; count > last; ) {
    last = count;
    const surroundings = nodes.map(({ isKnown, isCommutative, inputs, readers }, index) => {
      if (isKnown) return `${colours[index]}`;
      const from = inputs.map((input) => colours[input]);
      if (isCommutative) from.sort((a, b) => a - b);
      const to = readers.map(({ index: reader, input }) => `${colours[reader]}:${input}`).sort();
      return `${colours[index]} ${from} ${to}`;
    });
    ({ colours, count } = numbered(surroundings));
  }
  return new Map(nodes.flatMap(({ layer }, index) => (layer ? [[layer, colours[index]]] : [])));
}

/** Appends the nodes of one graph. What it reads and no node makes, the model's input, becomes a node too. */
function addGraph(
  nodes: Placed[],
  layers: readonly RunLayer[],
  graph: readonly GraphNode[],
  kindOf: (layer: RunLayer) => string,
  known: ReadonlyMap<RunLayer, string>,
): void {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const ids = new Set([...graph.map(({ id }) => id), ...graph.flatMap(({ inputs }) => inputs)]);
  const index = new Map([...ids].map((id, i) => [id, nodes.length + i]));
  const byId = new Map(graph.map((node) => [node.id, node]));
  const at = (id: string) => index.get(id) ?? -1;
  const readers = new Map<string, Reader[]>([...ids].map((id) => [id, []]));
  for (const { id, op, inputs } of graph) {
    for (const [i, input] of inputs.entries()) {
      readers.get(input)?.push({ index: at(id), input: commutative.has(op) ? 0 : i });
    }
  }
  for (const id of ids) {
    const node = byId.get(id);
    const layer = node?.isJoin ? undefined : byName.get(id);
    const knownAs = layer && known.get(layer);
    const op = node?.op ?? 'input';
    nodes.push({
      layer,
      kind: knownAs ?? (layer ? kindOf(layer) : op),
      isKnown: knownAs !== undefined,
      isCommutative: commutative.has(op),
      inputs: (node?.inputs ?? []).map(at),
      readers: readers.get(id) ?? [],
    });
  }
}

/** Equal texts get equal numbers. */
function numbered(texts: readonly string[]): { colours: number[]; count: number } {
  const numbers = new Map<string, number>();
  const colours = texts.map((text) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
  return { colours, count: numbers.size };
}
