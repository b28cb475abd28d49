import { intAttribute, intsAttribute } from '../../onnx/attributes.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { mapOfConvolution } from './linearMap.js';
import { countParameters, rankLimitOf, weightShapeOf } from './parameters.js';

/** Convolutions: `[samples, channels, ...positions]`. */
export const convolution: LayerFamily = {
  operators: ['Conv', 'FusedConv', 'ConvTranspose'],
  describe: (at) => {
    const described = describeConvolution(at, { weight: at.node.input[1], bias: at.node.input[2] });
    const linearMap = mapOfConvolution(at.graph, at.node);
    return typeof described === 'string' || !linearMap ? described : { ...described, linearMap };
  },
};

/**
 * Describes a convolution whose weight and bias are these inputs.
 * `Conv` weights are `[out, in / group, ...kernel]`, those of `ConvTranspose` `[in, out / group, ...kernel]`.
 */
export function describeConvolution(
  { node, graph }: NodeInGraph,
  { weight, bias }: { weight: string; bias?: string },
): LayerDescription | string {
  const weightShape = weightShapeOf(graph, weight);
  const kernel = intsAttribute(node, 'kernel_shape');
  const rank =
    weightShape?.length ?? (kernel ? kernel.length + 2 : graph.info(node.output[0])?.shape?.length);
  if (rank === undefined) {
    return 'neither its weight nor its kernel_shape tells how many dimensions its output has';
  }
  if (rank < 3) return `its weight has ${rank} dimensions, too few for a convolution`;
  const group = intAttribute(node, 'group', 1);
  const features = weightShape && (node.opType === 'ConvTranspose' ? weightShape[1] * group : weightShape[0]);
  return {
    output: node.output[0],
    layout: { kind: 'featureMap', rank },
    features,
    weightShape,
    // Each output position of a transposed convolution sees its own part of the kernel, so its fan-in is less plain. An
    // activation function that was fused lifts the limit.
    ...(weightShape && !['ConvTranspose', 'FusedConv'].includes(node.opType)
      ? rankLimitOf(
          features,
          weightShape.slice(1).reduce((size, dim) => size * dim, 1),
          group,
        )
      : {}),
    parameters: countParameters(graph, [weight, bias]),
  };
}
