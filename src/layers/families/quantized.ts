import { intAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import { describeConvolution } from './convolution.js';
import type { LayerFamily } from './family.js';
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
    if (intAttribute(at.node, 'channels_last', 0)) return 'its channels are on the last axis (channels_last)';
    const described = describeConvolution(at, { weight: input[3], bias: input[8] });
    return typeof described === 'string'
      ? described
      : { ...described, quantization: quantizationOf(input[6], input[7]) };
  },
};

/** `QLinearMatMul(a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero)`: a layer where `b` is constant. */
export const qLinearMatMul: LayerFamily = {
  operators: ['QLinearMatMul'],
  describe({ node, graph }) {
    const weight = constantValue(graph, node.input[3]);
    if (!weight) return undefined;
    return {
      output: node.output[0],
      layout: layoutOfProduct(graph, 'featuresLast', {
        output: node.output[0],
        activation: node.input[0],
        weight: weight.shape,
      }),
      features: weight.shape?.at(-1),
      weightShape: weight.shape,
      parameters: countParameters(graph, [node.input[3]]),
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
