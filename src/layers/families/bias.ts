import { type ConstantValue, constantValue } from '../../onnx/constantShape.js';
import type { Graph } from '../../onnx/graph.js';
import type { LayerDescription, NodeInGraph } from './family.js';
import { withBiasOf } from './linearMap.js';
import { rankOf } from './matrixLayout.js';

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
