import { intAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import { makeNode } from '../../onnx/makeNode.js';
import { asideName } from './aside.js';
import { describeConvolution } from './convolution.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { layoutOfProduct } from './matrixLayout.js';
import { countParameters } from './parameters.js';

/** Operators with a scale and zero point for their output are observed dequantized. */
const quantizationOf = (scale: string, zeroPoint: string | undefined) => ({
  scale,
  ...(zeroPoint ? { zeroPoint } : {}),
});

/** `QLinearConv(x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, bias)`. */
export const qLinearConv: LayerFamily = {
  operators: ['QLinearConv'],
  describe(at) {
    const { input } = at.node;
    const described = describeConvolution(at, { weight: input[3], bias: input[8] });
    if (typeof described === 'string') return described;
    const quantized = { ...described, quantization: quantizationOf(input[6], input[7]) };
    return intAttribute(at.node, 'channels_last', 0) ? withChannelsFirst(at, quantized) : quantized;
  },
};

/** Channels that are on the last axis, as ONNX Runtime's optimizer puts them, are taken to axis 1 beside the model. */
function withChannelsFirst({ graph, node }: NodeInGraph, described: LayerDescription): LayerDescription {
  const rank = described.layout.kind === 'featureMap' ? described.layout.rank : 4;
  const perm = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  const output = asideName(graph, node.output[0], 'channelsFirst');
  return { ...described, output, aside: [makeNode('Transpose', [node.output[0]], output, { perm })] };
}

/** `QLinearMatMul(a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero)`: a layer where `a` or `b` is constant. */
export const qLinearMatMul: LayerFamily = {
  operators: ['QLinearMatMul'],
  describe({ node, graph }) {
    const [a, b] = [node.input[0], node.input[3]];
    const [left, right] = [constantValue(graph, a), constantValue(graph, b)];
    const weight = right ?? left;
    if (!weight || (left && right)) return undefined;
    const axes = weight.shape?.length;
    if (axes !== undefined ? axes < 2 : !right) return 'its weight is not a matrix of known shape';
    return {
      output: node.output[0],
      layout: layoutOfProduct(graph, right ? 'featuresLast' : 'featuresBeforeLast', {
        output: node.output[0],
        activation: right ? a : b,
        weight: weight.shape,
      }),
      features: weight.shape?.at(right ? -1 : -2),
      weightShape: weight.shape,
      parameters: countParameters(graph, [right ? b : a]),
      quantization: quantizationOf(node.input[6], node.input[7]),
    };
  },
};

/** `QGemm(a, a_scale, a_zero, b, b_scale, b_zero, c, y_scale, y_zero)`; without a `y_scale` its output is float. */
export const qGemm: LayerFamily = {
  operators: ['QGemm'],
  describe({ node, graph }) {
    const weightShape = constantValue(graph, node.input[3])?.shape;
    return {
      output: node.output[0],
      layout: { kind: 'featuresLast', rank: 2 },
      features: weightShape?.at(intAttribute(node, 'transB', 0) ? 0 : 1),
      weightShape,
      parameters: countParameters(graph, [node.input[3], node.input[6]]),
      ...(node.input[7] ? { quantization: quantizationOf(node.input[7], node.input[8]) } : {}),
    };
  },
};
