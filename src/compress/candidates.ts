import { layerMacs, type Shapes } from '../cost/macs.js';
import { operatorOf } from '../cost/operatorOf.js';
import type { Layer } from '../layers/layer.js';
import { constantValue } from '../onnx/constantShape.js';
import type { Graph } from '../onnx/graph.js';
import { familyOf } from './families/registry.js';
import type { Factorable, FactorFamily, LayerAt } from './family.js';

/** A layer that can be taken apart. */
export interface Candidate extends Factorable {
  readonly at: LayerAt;
  readonly family: FactorFamily;
  /** MACs of the layer as it is, for the batch of the shapes. */
  readonly macs: number;
  /** Weights and biases of the layer as it is. */
  readonly parameters: number;
}

/** A layer that is left as it is, and why. */
export interface LeftAlone {
  readonly layer: Layer;
  readonly reason: string;
  /** MACs of the layer, for the batch of the shapes, where they can be counted. */
  readonly macs?: number;
}

/** Which layers can be taken apart, in graph order. */
export function candidatesIn(
  graph: Graph,
  layers: readonly Layer[],
  shapes: Shapes,
): (Candidate | LeftAlone)[] {
  return layers.map((layer) => {
    const found = candidateOf(graph, layer, shapes);
    if (typeof found !== 'string') return found;
    const node = operatorOf(graph, layer);
    return { layer, reason: found, macs: node && layerMacs(graph, layer, node, shapes) };
  });
}

export const isCandidate = (each: Candidate | LeftAlone): each is Candidate => 'at' in each;

function candidateOf(graph: Graph, layer: Layer, shapes: Shapes): Candidate | string {
  const family = familyOf.get(layer.op);
  if (!family) {
    return layer.layout.kind === 'recurrent'
      ? 'recurrent layers feed back what they give, and are not compressed'
      : `${layer.op} is not an operator that is compressed`;
  }
  const node = operatorOf(graph, layer);
  if (!node || !graph.isStandard(node)) return 'its operator was not found';
  const producer = graph.producer(layer.output);
  const add = producer && producer !== node ? producer : undefined;
  if (add && add.opType !== 'Add') return 'more than a bias stands behind its operator';
  const at: LayerAt = { graph, layer, node, ...(add ? { add } : {}), shapes };
  const described = family.describe(at);
  if (typeof described === 'string') return described;
  if (!constantValue(graph, described.weight)) return 'its weight is not constant';
  const macs = layerMacs(graph, layer, node, shapes);
  if (macs === undefined || layer.parameters === undefined) return 'its weights cannot be counted';
  return { ...described, at, family, macs, parameters: layer.parameters };
}
