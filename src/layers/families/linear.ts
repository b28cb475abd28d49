import { intAttribute } from '../../onnx/attributes.js';
import { type ConstantValue, constantValue } from '../../onnx/constantShape.js';
import type { Graph } from '../../onnx/graph.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { mapOfGemm, mapOfMatMul, withBiasOf } from './linearMap.js';
import { layoutOfProduct, rankOf } from './matrixLayout.js';
import { countParameters, rankLimitOf, weightShapeOf } from './parameters.js';

/** `Gemm`: `[samples, features]`. Its weight may also be fed from outside; one that the graph computes is none. */
export const gemm: LayerFamily = {
  operators: ['Gemm', 'FusedGemm'],
  describe({ node, graph }) {
    if (constantValue(graph, node.input[0])) return describeLeftWeight({ node, graph });
    if (graph.producer(node.input[1]) && !constantValue(graph, node.input[1])) return undefined;
    const weightShape = weightShapeOf(graph, node.input[1]);
    const transposed = intAttribute(node, 'transB', 0) === 1;
    const features = weightShape?.[transposed ? 0 : 1];
    // What was fused is an activation function, which lifts the limit.
    const fanIn = node.opType === 'Gemm' ? weightShape?.[transposed ? 1 : 0] : undefined;
    return {
      output: node.output[0],
      layout: { kind: 'featuresLast', rank: 2 },
      features,
      weightShape,
      ...rankLimitOf(features, fanIn ?? Number.POSITIVE_INFINITY),
      parameters: countParameters(graph, [node.input[1], node.input[2]]),
      ...(node.opType === 'Gemm' ? { linearMap: mapOfGemm(graph, node) } : {}),
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

/** `MatMulNBits`, block-quantized weights of language models: N features from K inputs. */
export const matMulNBits: LayerFamily = {
  operators: ['MatMulNBits'],
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

/**
 * Completes a layer by its bias: where the only reader of its output adds a constant, the sum is the layer's output
 * and the constant belongs to its parameters.
 */
export function withBias({ graph }: NodeInGraph, layer: LayerDescription): LayerDescription {
  const add = soleConsumer(graph, layer.output, 'Add');
  const other = add?.input.find((name) => name !== layer.output);
  const bias = other === undefined ? undefined : constantValue(graph, other);
  if (!add || !bias || !isBias(bias, layer)) return layer;
  const output = add.output[0];
  const { layout, parameters, linearMap, features } = layer;
  return {
    ...layer,
    ...(linearMap ? { linearMap: withBiasOf(linearMap, graph, other, features) } : {}),
    output,
    layout: layout.kind === 'featureMap' ? layout : { ...rankOf(graph, output), ...layout },
    parameters: parameters === undefined || bias.size === undefined ? undefined : parameters + bias.size,
  };
}

/** A bias is one number a feature; anything larger is a constant that the network adds (a position embedding). */
function isBias({ shape, size }: ConstantValue, { layout, features }: LayerDescription): boolean {
  if (layout.kind === 'recurrent') return false;
  if (!shape) return size !== undefined && size === features;
  const { rank } = layout;
  if (rank !== undefined && shape.length > rank) return false;
  const fromEnd = { featureMap: (rank ?? 0) - 1, featuresLast: 1, featuresBeforeLast: 2 }[layout.kind];
  const fits = (length: number) => features === undefined || length === features;
  return shape.every((length, axis) => length === 1 || (shape.length - axis === fromEnd && fits(length)));
}

/** The only node that reads a value, if it is of this operator and the value is not an output of the graph. */
export function soleConsumer(graph: Graph, name: string, operator: string) {
  const consumers = graph.consumers(name);
  const [only] = consumers;
  if (consumers.length !== 1 || graph.isOutput(name)) return undefined;
  return only.opType === operator && graph.isStandard(only) ? only : undefined;
}
