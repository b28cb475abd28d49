import { namesIn } from '../namesIn.js';
import type { GraphProto, ModelProto, NodeProto } from '../proto/onnx_pb.js';
import { withFields } from '../withFields.js';
import { storedValues, withoutInvariants } from './invariants.js';
import { plainChannelsLast } from './plainChannelsLast.js';
import { plainFused } from './plainFused.js';

/** What is the same in all graphs of a model. */
interface Context {
  readonly opset: number;
  /** A name that no value of the model has yet. */
  readonly fresh: (wanted: string) => string;
  /** Initializers and constants of the graphs around, whose values never change. */
  readonly given: ReadonlySet<string>;
}

/**
 * A model in which operators that ONNX Runtime's optimizers make of several are these several again, so that what a layer
 * gives is a value: a convolution that was fused with its activation gives the same numbers as before it was. And weights
 * that a loop hands on from turn to turn are read from outside it, as the constants that they are.
 *
 * @param opset of the default operator set.
 * @returns the same message where there is nothing to do; otherwise a new one, which shares what did not change.
 */
export function withPlainOperators(model: ModelProto, opset: number): ModelProto {
  const { graph } = model;
  if (!graph) return model;
  let taken: Set<string> | undefined;
  const fresh = (wanted: string) => {
    taken ??= namesIn(graph);
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`;
    taken.add(name);
    return name;
  };
  const plain = plainGraph(graph, { opset, fresh, given: new Set() });
  return plain === graph ? model : withFields(model, { graph: plain });
}

function plainGraph(graph: GraphProto, around: Context): GraphProto {
  const hasBodies = graph.node.some(({ attribute }) => attribute.some(({ g }) => g));
  const given = hasBodies ? new Set([...around.given, ...storedValues(graph)]) : around.given;
  const context: Context = { ...around, given };
  let didAny = false;
  const node = graph.node.flatMap((each) => {
    const nodes = plainNodes(each, graph, context);
    if (nodes.length !== 1 || nodes[0] !== each) didAny = true;
    return nodes;
  });
  return didAny ? withFields(graph, { node }) : graph;
}

function plainNodes(node: NodeProto, graph: GraphProto, context: Context): readonly NodeProto[] {
  const { fresh, opset, given } = context;
  if (node.domain === 'com.microsoft') {
    return plainFused(node, graph, { fresh, opset }) ?? plainChannelsLast(node, fresh) ?? [node];
  }
  if (!node.attribute.some(({ g }) => g)) return [node];
  const outside = withoutInvariants(node, given);
  const attribute = outside.attribute.map((each) => {
    const g = each.g && plainGraph(each.g, context);
    return g === each.g ? each : withFields(each, { g });
  });
  const isSame = outside === node && attribute.every((each, i) => each === node.attribute[i]);
  return [isSame ? node : withFields(outside, { attribute })];
}
