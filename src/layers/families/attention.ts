import { constantValue } from '../../onnx/constantShape.js';
import { makeNode } from '../../onnx/makeNode.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import { asideName } from './aside.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { mapOfProduct } from './linearMap.js';
import { countParameters, rankLimitOf } from './parameters.js';

/** The domain of the operators that bring their projections along; ONNX's own Attention is given what was projected. */
export const MICROSOFT = 'com.microsoft';

/**
 * `Attention(x, w, b)`: the queries, keys and values, one behind the other, x · w + b. The operator gives what attention
 * makes of them, so that they are computed beside it.
 */
export const attention: LayerFamily = {
  operators: ['Attention'],
  describe(at) {
    const { graph, node } = at;
    if (node.domain !== MICROSOFT) return undefined;
    const [input, weight, bias] = node.input;
    const product = asideName(graph, node.output[0], 'product');
    const nodes = [makeNode('MatMul', [input, weight], product)];
    const projected = asideName(graph, node.output[0], 'projected');
    if (bias) nodes.push(makeNode('Add', [product, bias], projected));
    const described = describeProjection(at, { weight, bias, output: bias ? projected : product, nodes });
    const linearMap = described && mapOfProduct(graph, { input, weight, bias, rank: 3 });
    return described && (linearMap ? { ...described, linearMap } : described);
  },
};

/** `QAttention(x, w, b, x_scale, w_scale, mask, x_zero, w_zero)`: the same of integers. */
export const qAttention: LayerFamily = {
  operators: ['QAttention'],
  describe(at) {
    const { graph, node } = at;
    const [input, weight, bias, scale, weightScale, , zero = '', weightZero = ''] = node.input;
    const output = asideName(graph, node.output[0], 'projected');
    const inputs = [input, weight, scale, weightScale, zero, weightZero, bias];
    const nodes = [makeNode('MatMulIntegerToFloat', inputs, output, {}, MICROSOFT)];
    return describeProjection(at, { weight, bias, output, nodes });
  },
};

/** Operators that hold weights of layers, whose values they do not give. */
export const closedOperators: LayerFamily = {
  operators: [
    'DecoderAttention',
    'DecoderMaskedSelfAttention',
    'LongformerAttention',
    'PackedAttention',
    'QOrderedAttention',
    'MoE',
    'QMoE',
  ],
  describe: ({ node }) =>
    node.domain === MICROSOFT
      ? `${node.opType} holds the weights of several layers and gives none of their values: analyze the model before it was optimized`
      : undefined,
};

interface Projection {
  readonly weight: string;
  readonly bias: string;
  readonly output: string;
  readonly nodes: readonly NodeProto[];
}

function describeProjection(
  { graph }: NodeInGraph,
  { weight, bias, output, nodes }: Projection,
): LayerDescription | undefined {
  const constant = constantValue(graph, weight);
  if (!constant) return undefined;
  const features = constant.shape?.[1];
  return {
    output,
    layout: { kind: 'featuresLast', rank: 3 },
    features,
    weightShape: constant.shape,
    ...rankLimitOf(features, constant.shape?.[0] ?? Number.POSITIVE_INFINITY),
    parameters: countParameters(graph, [weight, bias]),
    aside: nodes,
  };
}
