import { intAttribute } from '../attributes.js';
import type { GraphProto, NodeProto } from '../proto/onnx_pb.js';
import { renameValues } from '../renameValues.js';
import { withFields } from '../withFields.js';

/** Values of a graph that are stored in it. */
export function storedValues(graph: GraphProto): string[] {
  const constants = graph.node.filter(({ opType, domain }) => opType === 'Constant' && domain === '');
  return [...graph.initializer.map(({ name }) => name), ...constants.flatMap(({ output }) => output)];
}

/**
 * A `Loop` or `Scan` whose body reads a stored value from outside where the value is only handed on from turn to turn:
 * TensorFlow's loops carry their weights in this way.
 *
 * @param given stored values of the graphs around.
 * @returns the same message where there is none.
 */
export function withoutInvariants(node: NodeProto, given: ReadonlySet<string>): NodeProto {
  if ((node.opType !== 'Loop' && node.opType !== 'Scan') || node.domain !== '') return node;
  const index = node.attribute.findIndex(({ name, g }) => name === 'body' && g);
  const body = node.attribute[index]?.g;
  if (!body) return node;
  const isLoop = node.opType === 'Loop';
  // A Loop's body is given the turn and the condition first, and gives the condition first.
  const states = isLoop
    ? body.input.length - 2
    : body.input.length - intAttribute(node, 'num_scan_inputs', 0);
  const [firstInput, firstOutput] = isLoop ? [2, 1] : [0, 0];
  const own = new Set(body.node.flatMap(({ output }) => output));
  for (const { name } of body.initializer) own.add(name);
  const outside = new Map<string, string>();
  for (let i = 0; i < states; i++) {
    const inner = body.input[firstInput + i]?.name;
    const handedOn = body.output[firstOutput + i]?.name;
    const outer = node.input[firstInput + i];
    if (inner === undefined || handedOn === undefined || outer === undefined) continue;
    const isSame = sourceOf(handedOn, body) === inner && given.has(outer);
    if (isSame && !own.has(outer)) outside.set(inner, outer);
  }
  if (outside.size === 0) return node;
  const attribute = node.attribute.slice();
  const g = withFields(body, { node: renameValues(body.node, outside) });
  attribute[index] = withFields(attribute[index], { g });
  return withFields(node, { attribute });
}

/** The value that another one is, behind nodes that change nothing. */
function sourceOf(value: string, body: GraphProto): string {
  let name = value;
  for (let steps = 0; steps < body.node.length; steps++) {
    const same = body.node.find(({ opType, output }) => opType === 'Identity' && output[0] === name);
    if (!same) return name;
    name = same.input[0];
  }
  return name;
}
