import { stringAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import type { Graph } from '../../onnx/graph.js';
import { constantInts, makeNode } from '../../onnx/makeNode.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import { asideName } from './aside.js';
import { soleConsumer } from './bias.js';
import { type EinsumParts, partsOfEinsum } from './einsumParts.js';
import type { LayerDescription, LayerFamily } from './family.js';
import { countParameters, rankLimitOf } from './parameters.js';

/**
 * `Einsum` of an activation and a constant weight: the axes of the output that the weight has are the features, one
 * behind the other (`bsd,dhk->bshk`: h × k), the others the samples and positions.
 */
export const einsum: LayerFamily = {
  operators: ['Einsum'],
  describe({ node, graph }) {
    if (!graph.isStandard(node) || node.input.length !== 2) return undefined;
    const constants = node.input.map((name) => constantValue(graph, name));
    const side = constants.findIndex((constant) => constant !== undefined);
    if (side < 0 || constants.every((constant) => constant !== undefined)) return undefined;
    const equation = stringAttribute(node, 'equation', '');
    const shape = constants[side]?.shape;
    const parts = shape && partsOfEinsum(equation, side, shape);
    if (!parts) return `the axes of its equation (${equation}) do not tell samples and features`;
    const { features, inputs, groups } = parts;
    const weight = node.input[side];
    const parameters = countParameters(graph, [weight]);
    const described: LayerDescription = {
      output: node.output[0],
      layout: { kind: 'featuresLast', ...(parts.rank === undefined ? {} : { rank: parts.rank }) },
      features,
      // As a matrix, which is what it is to each position.
      weightShape: [inputs, features],
      ...rankLimitOf(features, inputs, groups),
      ...(parameters === undefined ? {} : { parameters }),
    };
    return arranged(graph, node, described, parts);
  },
};

/** The bias that follows, and the axes in the order in which they are observed. */
function arranged(
  graph: Graph,
  node: NodeProto,
  described: LayerDescription,
  { order, featureAxes, positions }: EinsumParts,
): LayerDescription {
  const isOrdered = order.every((axis, i) => axis === i);
  const add = soleConsumer(graph, described.output, 'Add');
  const other = add?.input.find((name) => name !== described.output);
  const bias = other === undefined ? undefined : constantValue(graph, other);
  const isBias = isOrdered && bias?.size === described.features && (bias?.shape?.length ?? 0) <= featureAxes;
  const base = add && isBias ? add.output[0] : described.output;
  const counted =
    isBias && described.parameters !== undefined
      ? { ...described, parameters: described.parameters + (bias?.size ?? 0) }
      : described;
  if (isOrdered && featureAxes === 1) return { ...counted, output: base };
  const nodes: NodeProto[] = [];
  let value = base;
  if (!isOrdered) {
    value = asideName(graph, node.output[0], featureAxes === 1 ? 'observed' : 'ordered');
    nodes.push(makeNode('Transpose', [base], value, { perm: order }));
  }
  if (featureAxes > 1) {
    const shape = asideName(graph, node.output[0], 'shape');
    const output = asideName(graph, node.output[0], 'observed');
    nodes.push(constantInts([...new Array<number>(positions).fill(0), -1], shape));
    nodes.push(makeNode('Reshape', [value, shape], output));
    value = output;
  }
  return { ...counted, output: value, aside: nodes };
}
