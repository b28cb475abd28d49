import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { subgraphs } from '../onnx/walk.js';
import type { Place } from './places.js';

/** Operators whose bodies can hand out more than they do: sums over all that ran. */
const CARRIERS = new Set(['If', 'Loop', 'Scan']);

/** The first opset in which they can, in the form that they have since. */
export const BODIES_OPSET = 11;

/** Why a layer in a body cannot be observed; `undefined` where it can. */
export function whyNotInBody({ graph, carriers }: Place, opset: number): string | undefined {
  const other = carriers.find((carrier) => !CARRIERS.has(carrier.opType) || !graph.isStandard(carrier));
  if (other) return `it stands inside a body of ${called(other)}, which hands out nothing more`;
  return opset < BODIES_OPSET
    ? `it stands inside a body of ${called(carriers[0])}, and those can be observed from opset ${BODIES_OPSET} on: convert the model`
    : undefined;
}

/**
 * The nodes of the local function that a node calls, and of those called in it, however deep: seen, but out of reach. A
 * function that is called several times is gone through once.
 */
export function* nodesInside(node: NodeProto, graph: Graph): Generator<NodeProto> {
  const entered = new Set<unknown>();
  const open = functionNodes(node, graph, entered);
  for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
    yield inner;
    const bodies = [...subgraphs(inner)].flatMap((body) => body.node).reverse();
    open.push(...functionNodes(inner, graph, entered), ...bodies);
  }
}

/** Why nodes inside the function that this one calls cannot be observed: it was left when functions were taken apart. */
export const whereInside = ({ opType }: NodeProto): string =>
  `it stands inside the local function ${opType}, which calls itself or takes another operator set than the model`;

const called = ({ name, opType }: NodeProto): string =>
  name === '' ? `a node ${opType}` : `${opType} ${name}`;

/** What the function that a node calls is made of, last first. */
function functionNodes(node: NodeProto, graph: Graph, entered: Set<unknown>): NodeProto[] {
  const definition = graph.localFunction(node);
  if (!definition || entered.has(definition)) return [];
  entered.add(definition);
  return definition.node.toReversed();
}
