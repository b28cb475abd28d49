import { intAttribute, intsAttribute, stringAttribute } from '../../onnx/attributes.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import { withBias } from './bias.js';
import type { LayerDescription, LayerFamily, NodeInGraph } from './family.js';
import { mapOfConvolution } from './linearMap.js';
import { countParameters, rankLimitOf, weightShapeOf } from './parameters.js';

/** Convolutions: `[samples, channels, ...positions]`. */
export const convolution: LayerFamily = {
  operators: ['Conv', 'FusedConv', 'ConvTranspose'],
  describe: (at) => {
    if (at.node.opType === 'FusedConv') return behindActivation(at.node);
    const described = describeConvolution(at, { weight: at.node.input[1], bias: at.node.input[2] });
    if (typeof described === 'string') return described;
    const linearMap = mapOfConvolution(at.graph, at.node);
    const mapped = linearMap ? { ...described, linearMap } : described;
    if (at.node.input[2]) return mapped;
    // Paddle puts the bias behind the convolution. One number for all features is more likely part of an activation.
    const biased = withBias(at, mapped);
    return (biased.parameters ?? 0) - (mapped.parameters ?? 0) === mapped.features ? biased : mapped;
  },
};

/** Why a product that is fused with an activation cannot be observed; those whose activation is known were taken apart. */
export function behindActivation(node: NodeProto): string {
  const activation = stringAttribute(node, 'activation', '');
  return `${node.opType} gives only what its activation (${activation}) makes of the layer: analyze the model before it was optimized`;
}

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
    // Each output position of a transposed convolution sees its own part of the kernel, so its fan-in is less plain.
    ...(weightShape && node.opType !== 'ConvTranspose'
      ? rankLimitOf(
          features,
          weightShape.slice(1).reduce((size, dim) => size * dim, 1),
          group,
        )
      : {}),
    parameters: countParameters(graph, [weight, bias]),
  };
}
