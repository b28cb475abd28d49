import { intAttribute, intsAttribute, stringAttribute, tensorAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import { elementTypeOf } from '../../onnx/elementType.js';
import type { Graph } from '../../onnx/graph.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import type { LinearMap } from '../layer.js';

/** x · W of a `MatMul`, without the bias that may follow. */
export function mapOfMatMul(graph: Graph, node: NodeProto, rank: number | undefined): LinearMap | undefined {
  const [input, weight] = node.input;
  const shape = constantValue(graph, weight)?.shape;
  if (!graph.isStandard(node) || shape?.length !== 2 || !isReal(graph, weight)) return undefined;
  const layout = { kind: 'featuresLast', ...(rank === undefined ? {} : { rank }) } as const;
  return { input, layout, inputs: shape[0], weight, inputsFirst: true };
}

/** x · W + b of an operator that does more than that. */
export function mapOfProduct(
  graph: Graph,
  { input, weight, bias, rank }: { input: string; weight: string; bias: string; rank: number },
): LinearMap | undefined {
  const shape = constantValue(graph, weight)?.shape;
  if (shape?.length !== 2 || !isReal(graph, weight)) return undefined;
  const map = {
    input,
    layout: { kind: 'featuresLast', rank },
    inputs: shape[0],
    weight,
    inputsFirst: true,
  } as const;
  return withBiasOf(map, graph, bias, shape[1]);
}

/** α · x W + β · c of a `Gemm` that scales nothing. */
export function mapOfGemm(graph: Graph, node: NodeProto): LinearMap | undefined {
  const [input, weight, bias] = node.input;
  const shape = constantValue(graph, weight)?.shape;
  const scales = node.attribute.some(({ name, f }) => (name === 'alpha' || name === 'beta') && f !== 1);
  if (!graph.isStandard(node) || scales || intAttribute(node, 'transA', 0) !== 0) return undefined;
  if (shape?.length !== 2 || !isReal(graph, weight)) return undefined;
  const inputsFirst = intAttribute(node, 'transB', 0) === 0;
  const inputs = shape[inputsFirst ? 0 : 1];
  const map = { input, layout: { kind: 'featuresLast', rank: 2 }, inputs, weight, inputsFirst } as const;
  return withBiasOf(map, graph, bias, shape[inputsFirst ? 1 : 0]);
}

/** A `Conv` that sees one position at a time. */
export function mapOfConvolution(graph: Graph, node: NodeProto): LinearMap | undefined {
  const [input, weight, bias] = node.input;
  const shape = constantValue(graph, weight)?.shape;
  if (node.opType !== 'Conv' || !graph.isStandard(node) || !shape || !isReal(graph, weight)) return undefined;
  const pads = intsAttribute(node, 'pads') ?? [];
  const isPadded = pads.some((pad) => pad !== 0);
  const isPlain = ['NOTSET', 'VALID'].includes(stringAttribute(node, 'auto_pad', 'NOTSET'));
  if (isPadded || !isPlain || intAttribute(node, 'group', 1) !== 1) return undefined;
  if (shape.length < 3 || shape.slice(2).some((size) => size !== 1)) return undefined;
  const strides = intsAttribute(node, 'strides') ?? [];
  const layout = { kind: 'featureMap', rank: shape.length } as const;
  const map = { input, layout, inputs: shape[1], weight, inputsFirst: false };
  const strided = strides.some((stride) => stride !== 1) ? { ...map, strides } : map;
  return withBiasOf(strided, graph, bias, shape[0]);
}

/** The map with a bias; `undefined` where that is not a list of real numbers, one a feature. */
export function withBiasOf(
  map: LinearMap,
  graph: Graph,
  bias: string | undefined,
  features: number | undefined,
): LinearMap | undefined {
  if (bias === undefined || bias === '') return map;
  const isList = features !== undefined && constantValue(graph, bias)?.size === features;
  return isList && isReal(graph, bias) ? { ...map, bias } : undefined;
}

/** Operators that only arrange a weight. */
const arranging = new Set(['Identity', 'Transpose']);

/** Whether a constant is stored as real numbers of full precision, and not computed from others. */
function isReal(graph: Graph, name: string): boolean {
  const seen = new Set<string>();
  for (let current = name; !seen.has(current); ) {
    seen.add(current);
    const node = graph.producer(current);
    const stored =
      graph.initializer(current) ?? (node?.opType === 'Constant' && tensorAttribute(node, 'value'));
    if (stored) return ['float32', 'float64'].includes(elementTypeOf(stored.dataType) ?? '');
    if (!node || !graph.isStandard(node) || !arranging.has(node.opType)) return false;
    current = node.input[0];
  }
  return false;
}
