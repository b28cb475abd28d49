import { intAttribute } from '../onnx/attributes.js';
import { constantValue } from '../onnx/constantShape.js';
import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import type { Layer } from './layer.js';
import { mainNode } from './mainNode.js';

/**
 * What a layer is for, where the design of the network fixes how many features it has:
 *
 * - `depthwise`: a convolution that looks at each feature by itself;
 * - `grouped`: one that looks at groups of features;
 * - `projection`: the layer behind a depthwise convolution that takes the features back to fewer ("MobileNetV2", Sandler
 *   et al. 2018);
 * - `squeeze`, `excitation`: the two layers that weigh features by their means ("Squeeze-and-Excitation Networks", Hu et
 *   al. 2018);
 * - `attention`: queries, keys and values, which go into products of activations.
 */
export type LayerRole = 'depthwise' | 'grouped' | 'projection' | 'squeeze' | 'excitation' | 'attention';

/** Products of two activations, and the fused operators that hold them. */
const PRODUCTS = new Set([
  'MatMul',
  'FusedMatMul',
  'TransposeMatMul',
  'Gemm',
  'Einsum',
  'Attention',
  'MultiHeadAttention',
  'GroupQueryAttention',
  'PackedMultiHeadAttention',
  'DecoderMaskedMultiHeadAttention',
]);
/** They take means over all positions. */
const POOLS = new Set(['GlobalAveragePool', 'ReduceMean']);
/** Longer ways are not followed. */
const MOST_STEPS = 64;

/** The roles of layers that have one, by how the operators around them stand. */
export function layerRoles(graph: Graph, layers: readonly Layer[]): ReadonlyMap<Layer, LayerRole> {
  const finder = new RoleFinder(graph, layers);
  return new Map(
    layers.flatMap((layer) => {
      const role = finder.roleOf(layer);
      return role === undefined ? [] : [[layer, role] as const];
    }),
  );
}

class RoleFinder {
  readonly #graph: Graph;
  readonly #byOutput: ReadonlyMap<string, Layer>;
  readonly #nodes: ReadonlyMap<Layer, NodeProto>;
  readonly #layerNodes: ReadonlySet<NodeProto>;
  readonly #behindLayers: ReadonlySet<string>;
  readonly #gates = new Map<Layer, 'squeeze' | 'excitation'>();

  constructor(graph: Graph, layers: readonly Layer[]) {
    this.#graph = graph;
    this.#byOutput = new Map(layers.map((layer) => [valueRead(graph, layer), layer]));
    const nodes = new Map<Layer, NodeProto>();
    for (const layer of layers) {
      const node = layer.unnamed ? undefined : mainNode(graph, layer);
      if (node) nodes.set(layer, node);
    }
    this.#nodes = nodes;
    this.#layerNodes = new Set(nodes.values());
    this.#behindLayers = valuesBehindLayers(graph, layers);
    for (const layer of layers) this.#findGate(layer);
  }

  roleOf(layer: Layer): LayerRole | undefined {
    const gate = this.#gates.get(layer);
    if (gate) return gate;
    const grouped = this.#grouped(layer);
    if (grouped) return grouped;
    if (this.#isProjection(layer)) return 'projection';
    if (layer.op === 'Attention' || layer.op === 'QAttention') return 'attention';
    return this.#goesIntoProduct(layer) ? 'attention' : undefined;
  }

  /** Inputs that depend on the model's inputs. */
  #varying(node: NodeProto): string[] {
    return node.input.filter((name) => name !== '' && !constantValue(this.#graph, name));
  }

  #grouped(layer: Layer): 'depthwise' | 'grouped' | undefined {
    const node = this.#nodes.get(layer);
    const { weightShape, features } = layer;
    if (!node?.opType.includes('Conv') || !weightShape) return undefined;
    const groups = intAttribute(node, 'group', 1);
    if (groups <= 1) return undefined;
    const inputs = node.opType === 'ConvTranspose' ? weightShape[0] : weightShape[1] * groups;
    return groups === inputs && (features ?? 0) >= groups ? 'depthwise' : 'grouped';
  }

  /** The layer that a value comes from by operators of one varying input, and whether a mean was taken on the way. */
  #sourceOf(value: string): { layer: Layer | undefined; value: string; isPooled: boolean } {
    let name = value;
    let isPooled = false;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const layer = this.#byOutput.get(name);
      const node = layer ? undefined : this.#graph.producer(name);
      const varying = node ? [...new Set(this.#varying(node))] : [];
      if (!node || layer) return { layer, value: name, isPooled };
      if (POOLS.has(node.opType)) isPooled = true;
      else if (node.opType === 'Mul' && varying.length === 2) {
        // x · sigmoid(x), and x weighed by a gate, are x as far as its features go.
        const through = varying.find((each) => !this.#isGate(each));
        if (through === undefined) return { layer: undefined, value: name, isPooled };
        name = through;
        continue;
      }
      if (varying.length !== 1) return { layer: undefined, value: name, isPooled };
      name = varying[0];
    }
    return { layer: undefined, value: name, isPooled };
  }

  /** A value that weighs another one: it comes out of a function into [0, 1]. */
  #isGate(value: string): boolean {
    let node = this.#graph.producer(value);
    if (node?.opType === 'Div') node = this.#graph.producer(this.#varying(node)[0] ?? '');
    if (node?.opType === 'Clip') return true;
    return ['Sigmoid', 'HardSigmoid'].includes(node?.opType ?? '');
  }

  /** `excitation` where its output weighs what the layer before it, the squeeze, took the means of. */
  #findGate(excitation: Layer): void {
    const node = this.#nodes.get(excitation);
    if (!node || !this.#endsInGate(excitation.output)) return;
    const { layer: squeeze } = this.#sourceOf(this.#varying(node)[0] ?? '');
    const before = squeeze && this.#nodes.get(squeeze);
    if (!before || !this.#sourceOf(this.#varying(before)[0] ?? '').isPooled) return;
    this.#gates.set(squeeze, 'squeeze');
    this.#gates.set(excitation, 'excitation');
  }

  #endsInGate(value: string): boolean {
    let name = value;
    for (let steps = 0; steps < 8; steps++) {
      const readers: readonly NodeProto[] = this.#graph.consumers(name);
      const product = readers.find(({ opType }) => opType === 'Mul');
      if (product && this.#isGate(name) && this.#varying(product).length === 2) return true;
      const [next] = readers;
      if (!next || this.#varying(next).length > 1) return false;
      name = next.output[0] ?? '';
      if (this.#byOutput.has(name)) return false;
    }
    return false;
  }

  #isProjection(layer: Layer): boolean {
    const node = this.#nodes.get(layer);
    const { weightShape, features } = layer;
    if (!node?.opType.includes('Conv') || !weightShape || features === undefined) return false;
    if (weightShape.slice(2).some((size) => size !== 1) || features >= weightShape[1]) return false;
    const { layer: before } = this.#sourceOf(this.#varying(node)[0] ?? '');
    return before !== undefined && this.#grouped(before) === 'depthwise';
  }

  /** Whether the output goes into a product of activations, past nothing but what arranges and scales it. */
  #goesIntoProduct(layer: Layer): boolean {
    const waiting = [layer.output];
    const seen = new Set(waiting);
    for (let name = waiting.pop(); name !== undefined && seen.size < MOST_STEPS; name = waiting.pop()) {
      for (const node of this.#graph.consumers(name)) {
        const varying = new Set(this.#varying(node));
        if (this.#layerNodes.has(node) || node.output.some((output) => this.#byOutput.has(output))) continue;
        if (this.#isProduct(node, varying)) return true;
        if (!ARRANGING.has(node.opType) || this.#isSum(node, varying)) continue;
        for (const output of node.output) {
          if (output === '' || seen.has(output)) continue;
          seen.add(output);
          waiting.push(output);
        }
      }
    }
    return false;
  }

  /** Of values that layers made, all of them: a product with one of the model's inputs (an adjacency) is none. */
  #isProduct(node: NodeProto, varying: ReadonlySet<string>): boolean {
    if (!PRODUCTS.has(node.opType)) return false;
    return (
      (varying.size > 1 || node.opType.endsWith('Attention')) &&
      [...varying].slice(0, 2).every((name) => this.#behindLayers.has(name))
    );
  }

  /** Of two streams; a rotation adds two products of one. */
  #isSum(node: NodeProto, varying: ReadonlySet<string>): boolean {
    if (!['Add', 'Sub'].includes(node.opType) || varying.size < 2) return false;
    return [...varying].some((name) => this.#graph.producer(name)?.opType !== 'Mul');
  }
}

/** The value of the graph by which others read a layer. */
function valueRead(graph: Graph, { output, aside }: Layer): string {
  return (aside && graph.proto.node[aside.nodeIndex]?.output[0]) || output;
}

function valuesBehindLayers(graph: Graph, layers: readonly Layer[]): ReadonlySet<string> {
  const found = new Set(layers.map((layer) => valueRead(graph, layer)));
  for (const { input, output } of graph.proto.node) {
    if (input.some((name) => found.has(name))) for (const name of output) found.add(name);
  }
  return found;
}

/** What may lie between queries, keys and values and their product: heads, scales, rotations, caches, normalization. */
const ARRANGING = new Set(
  (
    'Identity Cast Reshape Transpose Squeeze Unsqueeze Split Slice Gather Mul Div Add Sub Neg Concat Expand Tile ' +
    'RotaryEmbedding LayerNormalization SimplifiedLayerNormalization RMSNormalization'
  ).split(' '),
);
