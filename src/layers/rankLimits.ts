import { intAttribute, intsAttribute, stringAttribute } from '../onnx/attributes.js';
import { constantValue } from '../onnx/constantShape.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import type { Layer } from './layer.js';

/** The most directions that the observations of a value can have, one observation a position. */
interface Bound {
  readonly directions: number;
  /** Where the features are: on axis 1 of a feature map, or on the last one. */
  readonly features: 'axis 1' | 'last';
  /** Of feature maps: how many axes they have. */
  readonly rank?: number;
  /** A mean over all positions was taken: there is one, so that flattening adds no features. */
  readonly isOnePosition?: boolean;
}

/** Linear operators of one varying input that treat each feature by itself, or all alike. */
const KEEPING = new Set(['Identity', 'Dropout', 'Cast', 'BatchNormalization', 'GlobalAveragePool']);
/** The same, with a constant as the other input. */
const SCALING = new Set(['Mul', 'Div', 'Add', 'Sub']);

/**
 * How many directions each layer's output can have, whatever the data: a layer cannot have more than its inputs have
 * at all the positions that it sees at once, and a layer behind a narrow one, with nothing but linear operators
 * between, no more than the narrow one lets through. An activation function lifts the limit. Of sums and concatenations
 * the limits add up. Takes time proportional to the model.
 *
 * @returns by layer, where the limit is below its features.
 */
export function rankLimits(model: ModelFile, layers: readonly Layer[]): ReadonlyMap<string, number> {
  const graph = new Graph(model.graph, model.proto);
  const byOutput = new Map(layers.map((layer) => [layer.output, layer]));
  const bounds = new Map<string, Bound>();
  const limits = new Map<string, number>();
  /** Of layers whose own operator comes before the value that is observed: what it is fed. */
  const ofMain = new Map<string, Bound>();
  for (const node of model.graph.node) {
    const [output] = node.output;
    if (!output) continue;
    const layer = byOutput.get(output);
    const own = linearBound(graph, node, bounds);
    if (own) ofMain.set(output, own);
    if (!layer) {
      const passed = own ?? passedBound(graph, node, bounds);
      if (passed) bounds.set(output, passed);
      continue;
    }
    // Where the bias is a node of its own, the product before it has the limit.
    const through = own ?? node.input.map((name) => ofMain.get(name)).find((bound) => bound !== undefined);
    const { features, rankLimit = features } = layer;
    if (features === undefined) continue;
    const directions = Math.min(rankLimit ?? features, through?.directions ?? features);
    const place = placeOf(layer);
    if (place) bounds.set(output, { directions, ...place });
    if (directions < features) limits.set(layer.name, directions);
  }
  return limits;
}

/** `undefined` where they are on neither axis (a weight on the left): what reads the last one reads positions. */
function placeOf({ layout }: Layer): Pick<Bound, 'features' | 'rank'> | undefined {
  if (layout.kind === 'featuresBeforeLast') return undefined;
  return layout.kind === 'featureMap' ? { features: 'axis 1', rank: layout.rank } : { features: 'last' };
}

/** Of a convolution or product with a constant weight, as far as its inputs bound it. */
function linearBound(graph: Graph, node: NodeProto, bounds: ReadonlyMap<string, Bound>): Bound | undefined {
  if (!graph.isStandard(node)) return undefined;
  const input = bounds.get(node.input[0] ?? '');
  const weight = constantValue(graph, node.input[1] ?? '')?.shape;
  if (!input || !weight) return undefined;
  if (node.opType === 'Conv' && input.features === 'axis 1') {
    const taps = weight.slice(2).reduce((product, size) => product * size, 1);
    // Beyond the border stand zeros, which lie outside of what the values span, less their mean.
    const border = isPadded(node) ? 1 : 0;
    return { directions: taps * (input.directions + border), features: 'axis 1', rank: weight.length };
  }
  const isRows = input.features === 'last' || input.isOnePosition === true;
  if (!isRows || weight.length !== 2 || !['MatMul', 'Gemm'].includes(node.opType)) return undefined;
  if (node.opType === 'Gemm' && intAttribute(node, 'transA', 0) !== 0) return undefined;
  return { directions: input.directions, features: 'last' };
}

function isPadded(node: NodeProto): boolean {
  const isPlain = ['NOTSET', 'VALID'].includes(stringAttribute(node, 'auto_pad', 'NOTSET'));
  return !isPlain || (intsAttribute(node, 'pads') ?? []).some((pad) => pad !== 0);
}

function passedBound(graph: Graph, node: NodeProto, bounds: ReadonlyMap<string, Bound>): Bound | undefined {
  if (!graph.isStandard(node)) return undefined;
  const { opType, input } = node;
  const varying = input.filter((name) => name !== '' && !constantValue(graph, name));
  if (['Add', 'Sub', 'Concat'].includes(opType) && varying.length > 1) {
    return joined(graph, node, varying, bounds);
  }
  const [only, ...others] = varying;
  const bound = only === undefined ? undefined : bounds.get(only);
  if (!bound || others.length > 0) return undefined;
  if (KEEPING.has(opType)) return opType === 'GlobalAveragePool' ? { ...bound, isOnePosition: true } : bound;
  if (SCALING.has(opType)) return isPerFeature(graph, node, only, bound) ? bound : undefined;
  return ['Reshape', 'Flatten', 'Squeeze'].includes(opType) ? reshaped(graph, node, bound) : undefined;
}

/** Limits of values that are added up or stand side by side. */
function joined(
  graph: Graph,
  node: NodeProto,
  varying: readonly string[],
  bounds: ReadonlyMap<string, Bound>,
): Bound | undefined {
  const parts = varying.map((name) => bounds.get(name));
  const [first] = parts;
  if (!first || parts.length !== node.input.length) return undefined;
  if (parts.some((part) => part?.features !== first.features)) return undefined;
  if (node.opType === 'Concat') {
    const axis = intAttribute(node, 'axis', 0);
    const rank = graph.info(varying[0])?.shape?.length;
    const isLast = axis === -1 || (rank !== undefined && axis === rank - 1);
    if (first.features === 'axis 1' ? axis !== 1 : !isLast) return undefined;
  }
  const directions = parts.reduce((sum, part) => sum + (part?.directions ?? 0), 0);
  return { directions, features: first.features, rank: first.rank };
}

/** A constant of one number, or of one a feature: more of them would bring directions of their own. */
function isPerFeature(
  graph: Graph,
  node: NodeProto,
  varying: string,
  { features, rank = 0 }: Bound,
): boolean {
  if (node.opType === 'Div' && node.input[0] !== varying) return false;
  const constant = node.input.find((name) => name !== varying);
  const shape = constant === undefined ? undefined : constantValue(graph, constant)?.shape;
  // Shapes are broadcast from the right: of feature maps with two axes of positions it is [features, 1, 1].
  const fromEnd = features === 'last' ? 1 : rank - 1;
  return shape?.every((size, axis) => size === 1 || shape.length - axis === fromEnd) === true;
}

/** A new shape that leaves each observation as it is. */
function reshaped(graph: Graph, node: NodeProto, bound: Bound): Bound | undefined {
  const shape = graph.info(node.input[0])?.shape;
  const before = bound.features === 'axis 1' ? shape?.[1] : shape?.at(-1);
  const after = graph.info(node.output[0])?.shape?.at(-1);
  const keeps = typeof before === 'number' && before === after;
  // [samples, features, 1, 1] to [samples, features].
  if (bound.isOnePosition && (keeps || node.opType !== 'Reshape')) return { ...bound, features: 'last' };
  return keeps && bound.features === 'last' && node.opType === 'Reshape' ? bound : undefined;
}
