import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { subgraphs } from '../onnx/walk.js';

/**
 * The nodes in the bodies that a node carries and in the local functions that it calls, however deep: seen, but out
 * of reach. A function that is called several times from inside the node is gone through once.
 */
export function* nodesInside(node: NodeProto, graph: Graph): Generator<NodeProto> {
  const entered = new Set<unknown>();
  const open = childrenOf(node, graph, entered);
  for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
    yield inner;
    open.push(...childrenOf(inner, graph, entered));
  }
}

/** Why nodes inside this one cannot be observed. */
export function whereInside(node: NodeProto, graph: Graph): string {
  if (graph.localFunction(node)) return `it stands inside the local function ${node.opType}`;
  return `it stands inside a body of ${node.name === '' ? `a node ${node.opType}` : `${node.opType} ${node.name}`}`;
}

/** The nodes one level below, last first. */
function childrenOf(node: NodeProto, graph: Graph, entered: Set<unknown>): NodeProto[] {
  const children = [...subgraphs(node)].flatMap((body) => body.node);
  const called = graph.localFunction(node);
  if (called && !entered.has(called)) children.push(...called.node);
  entered.add(called);
  return children.reverse();
}
