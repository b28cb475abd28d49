import { constantValue } from '../../onnx/constantShape.js';
import type { Graph } from '../../onnx/graph.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import { withBias } from './bias.js';
import { describeConvolution } from './convolution.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { layoutOfProduct } from './matrixLayout.js';
import { countParameters } from './parameters.js';

/**
 * `ConvInteger`: int32 sums, turned into real numbers by the scaling that follows. Quantizers write
 * `ConvInteger → Cast → Mul(scales) → Add(bias)`, older ones `ConvInteger → Add(bias / scale) → Cast → Mul(scales)`.
 */
export const convInteger: LayerFamily = {
  operators: ['ConvInteger'],
  describe: (at) => afterScaling(at, describeConvolution(at, { weight: at.node.input[1] })),
};

/** `MatMulInteger` with a constant weight, likewise. */
export const matMulInteger: LayerFamily = {
  operators: ['MatMulInteger'],
  describe(at) {
    const weight = constantValue(at.graph, at.node.input[1]);
    return weight ? afterScaling(at, weightedFeaturesLast(at, weight.shape)) : undefined;
  },
};

/** Integer products whose scaling is built in (`com.microsoft`): their output is float. */
export const scaledMatMulInteger: LayerFamily = {
  operators: ['MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
  describe(at) {
    const { node, graph } = at;
    const weight = constantValue(graph, node.input[1]);
    if (!weight) return undefined;
    const bias = node.input[node.opType === 'DynamicQuantizeMatMul' ? 4 : 6];
    const described = weightedFeaturesLast(at, weight.shape);
    return withBias(at, { ...described, parameters: countParameters(graph, [node.input[1], bias]) });
  },
};

function weightedFeaturesLast(
  { node, graph }: NodeInGraph,
  weightShape: readonly number[] | undefined,
): LayerDescription {
  return {
    output: node.output[0],
    layout: layoutOfProduct(graph, 'featuresLast', {
      output: node.output[0],
      activation: node.input[0],
      weight: weightShape,
    }),
    features: weightShape?.at(-1),
    weightShape,
    parameters: countParameters(graph, [node.input[1]]),
  };
}

/** Moves the observation behind the scaling to real numbers, and the bias that may follow. */
function afterScaling(at: NodeInGraph, described: LayerDescription | string): LayerDescription | string {
  if (typeof described === 'string') return described;
  const { graph, node } = at;
  const biased = onlyReader(graph, node.output[0], 'Add');
  const cast = onlyReader(graph, (biased ?? node).output[0], 'Cast');
  const scaled = cast && onlyReader(graph, cast.output[0], 'Mul');
  if (!scaled) return 'its integer output is not followed by the Cast and Mul that scale it to real numbers';
  const { features, parameters } = described;
  const biases = biased ? features : 0;
  return withBias(at, {
    ...described,
    output: scaled.output[0],
    parameters: parameters === undefined || biases === undefined ? undefined : parameters + biases,
  });
}

/** The only node that reads a value, if it is of this operator. */
function onlyReader(graph: Graph, name: string, operator: string): NodeProto | undefined {
  const [only, ...others] = graph.consumers(name);
  return only?.opType === operator && others.length === 0 && graph.isStandard(only) ? only : undefined;
}
