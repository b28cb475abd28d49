import type { Layer } from '../layers/layer.js';
import { intAttribute } from '../onnx/attributes.js';
import { constantValue } from '../onnx/constantShape.js';
import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';

/** Shapes of values by name, as one run of the model has them. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/**
 * Multiply-accumulate operations of a layer for the whole batch; a bias is none. Per output number:
 *
 * - convolutions: input channels of a group × kernel positions. Transposed ones spread each *input* number instead,
 *   over output channels of a group × kernel positions.
 * - Gemm, MatMul: the length of the rows that are multiplied.
 * - LSTM, GRU, RNN: 4, 3 or 1 gates of (inputs + units) each, for every step, unit and direction.
 *
 * @returns `undefined` where the shapes needed are not known.
 */
export function layerMacs(graph: Graph, layer: Layer, node: NodeProto, shapes: Shapes): number | undefined {
  const output = shapes.get(layer.output);
  if (!output) return undefined;
  if (layer.layout.kind === 'recurrent') return recurrentMacs(graph, node, shapes, output);
  const weight = layer.weightShape;
  if (!weight) return undefined;
  if (layer.layout.kind === 'featureMap') {
    const spread = node.opType === 'ConvTranspose' ? shapes.get(node.input[0]) : output;
    return spread && product(spread) * product(weight.slice(1));
  }
  const rows = layer.features;
  if (rows === undefined || rows === 0) return undefined;
  // A weight of more than two axes is a stack of matrices, each of which meets its own part of the input.
  return product(output) * (product(weight.slice(-2)) / rows);
}

const gates: ReadonlyMap<string, number> = new Map([
  ['LSTM', 4],
  ['DynamicQuantizeLSTM', 4],
  ['GRU', 3],
  ['RNN', 1],
]);

/** The output is `[steps, directions, samples, units]` in one order or another. */
function recurrentMacs(
  graph: Graph,
  node: NodeProto,
  shapes: Shapes,
  output: readonly number[],
): number | undefined {
  const inputs = (shapes.get(node.input[0]) ?? constantValue(graph, node.input[0])?.shape)?.at(-1);
  const units = intAttribute(node, 'hidden_size', 0) || output.at(-1);
  const perUnit = gates.get(node.opType);
  if (inputs === undefined || units === undefined || perUnit === undefined) return undefined;
  return product(output) * perUnit * (inputs + units);
}

/** Multiply-accumulate operations of a product of two activations, as attention has them: in no layer. */
export function productMacs(graph: Graph, node: NodeProto, shapes: Shapes): number | undefined {
  if (!['MatMul', 'FusedMatMul', 'Gemm'].includes(node.opType)) return undefined;
  if (node.input.slice(0, 2).some((name) => constantValue(graph, name))) return undefined;
  const [left] = node.input.map((name) => shapes.get(name));
  const output = shapes.get(node.output[0]);
  if (!left || !output) return undefined;
  const transposed = intAttribute(node, 'transA', 0) === 1 && left.length > 1;
  return product(output) * (left.at(transposed ? -2 : -1) ?? 0);
}
