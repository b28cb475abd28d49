import { intAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import { withBias } from './bias.js';
import { behindActivation } from './convolution.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { mapOfGemm, mapOfMatMul } from './linearMap.js';
import { layoutOfProduct, rankOf } from './matrixLayout.js';
import { countParameters, rankLimitOf, weightShapeOf } from './parameters.js';

/** `Gemm`: `[samples, features]`. Its weight may also be fed from outside; one that the graph computes is none. */
export const gemm: LayerFamily = {
  operators: ['Gemm', 'FusedGemm'],
  describe({ node, graph }) {
    const isLeft = constantValue(graph, node.input[0]) !== undefined;
    if (!isLeft && graph.producer(node.input[1]) && !constantValue(graph, node.input[1])) return undefined;
    if (node.opType === 'FusedGemm') return behindActivation(node);
    if (isLeft) return describeLeftWeight({ node, graph });
    const weightShape = weightShapeOf(graph, node.input[1]);
    const transposed = intAttribute(node, 'transB', 0) === 1;
    const features = weightShape?.[transposed ? 0 : 1];
    return {
      output: node.output[0],
      layout: { kind: 'featuresLast', rank: 2 },
      features,
      weightShape,
      ...rankLimitOf(features, weightShape?.[transposed ? 1 : 0] ?? Number.POSITIVE_INFINITY),
      parameters: countParameters(graph, [node.input[1], node.input[2]]),
      linearMap: mapOfGemm(graph, node),
    };
  },
};

/** `MatMul` with a constant weight, completed by the `Add` of a constant bias that follows. */
export const matMul: LayerFamily = {
  operators: ['MatMul', 'FusedMatMul'],
  describe({ node, graph }) {
    if (constantValue(graph, node.input[0])) return describeLeftWeight({ node, graph });
    const weight = constantValue(graph, node.input[1]);
    if (!weight) return undefined;
    const weightShape = weight.shape;
    // A vector as weight leaves no feature axis: [..., k] · [k] = [...].
    if (weightShape && weightShape.length < 2) {
      return 'its weight is a vector, so its output has no feature axis';
    }
    const transposed = intAttribute(node, 'transB', 0) === 1;
    const features = weightShape?.at(transposed ? -2 : -1);
    return withBias(
      { node, graph },
      {
        output: node.output[0],
        layout: layoutOfProduct(graph, 'featuresLast', {
          output: node.output[0],
          activation: node.input[0],
          weight: weightShape,
        }),
        features,
        weightShape,
        ...rankLimitOf(features, fanInOf(weightShape, transposed)),
        parameters: countParameters(graph, [node.input[1]]),
        ...(node.opType === 'MatMul'
          ? { linearMap: mapOfMatMul(graph, node, rankOf(graph, node.output[0]).rank) }
          : {}),
      },
    );
  },
};

/** Of several matrices, one a head, each has directions of its own. */
function fanInOf(weightShape: readonly number[] | undefined, transposed: boolean): number {
  if (!weightShape) return Number.POSITIVE_INFINITY;
  const heads = weightShape.slice(0, -2).reduce((product, size) => product * size, 1);
  return heads * (weightShape.at(transposed ? -1 : -2) ?? Number.POSITIVE_INFINITY);
}

/** Weights of language models that are quantized in blocks: N features from K inputs. */
export const matMulNBits: LayerFamily = {
  operators: ['MatMulNBits', 'MatMulBnb4'],
  describe({ node, graph }) {
    const features = intAttribute(node, 'N', 0);
    const inputs = intAttribute(node, 'K', 0);
    return withBias(
      { node, graph },
      {
        output: node.output[0],
        layout: { kind: 'featuresLast', ...rankOf(graph, node.output[0]) },
        features,
        weightShape: [features, inputs],
        parameters: features * inputs + (constantValue(graph, node.input[5])?.size ?? 0),
      },
    );
  },
};

/** W · X: the rows of the weight are the features. */
function describeLeftWeight(at: NodeInGraph): LayerDescription | string | undefined {
  const { node, graph } = at;
  // A Gemm is of rank 2 and brings its bias itself.
  const isGemm = node.opType.endsWith('Gemm');
  // Two constants make a constant, not a layer.
  if (constantValue(graph, node.input[1])) return undefined;
  const weightShape = constantValue(graph, node.input[0])?.shape;
  if (!weightShape || weightShape.length < 2) {
    return 'its weight is the left operand and not a matrix of known shape';
  }
  const left: LayerDescription = {
    output: node.output[0],
    layout: isGemm
      ? { kind: 'featuresBeforeLast', rank: 2 }
      : layoutOfProduct(graph, 'featuresBeforeLast', {
          output: node.output[0],
          activation: node.input[1],
          weight: weightShape,
        }),
    features: weightShape.at(intAttribute(node, 'transA', 0) ? -1 : -2),
    weightShape,
    parameters: countParameters(graph, [node.input[0], isGemm ? node.input[2] : undefined]),
  };
  return isGemm ? left : withBias(at, left);
}
