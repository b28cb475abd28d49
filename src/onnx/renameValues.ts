import type { AttributeProto, GraphProto, NodeProto } from './proto/onnx_pb.js';
import { withFields } from './withFields.js';

/**
 * Nodes in which values have other names, also where bodies (of `If`, `Loop`, `Scan`) capture them. The given nodes are
 * not changed.
 *
 * @param names the new name of each value that gets one.
 */
export function renameValues(nodes: readonly NodeProto[], names: ReadonlyMap<string, string>): NodeProto[] {
  const named = (name: string) => names.get(name) ?? name;
  return nodes.map((node) =>
    withFields(node, {
      input: node.input.map(named),
      output: node.output.map(named),
      attribute: node.attribute.map((attribute) => withRenamedBodies(attribute, names)),
    }),
  );
}

function withRenamedBodies(attribute: AttributeProto, names: ReadonlyMap<string, string>): AttributeProto {
  if (!attribute.g && attribute.graphs.length === 0) return attribute;
  return withFields(attribute, {
    ...(attribute.g ? { g: renamedBody(attribute.g, names) } : {}),
    graphs: attribute.graphs.map((body) => renamedBody(body, names)),
  });
}

function renamedBody(body: GraphProto, names: ReadonlyMap<string, string>): GraphProto {
  // What a body calls the same is another value.
  const own = new Set([
    ...[...body.input, ...body.initializer].map(({ name }) => name),
    ...body.sparseInitializer.map(({ values }) => values?.name),
    ...body.node.flatMap(({ output }) => output),
  ]);
  const captured = new Map([...names].filter(([name]) => !own.has(name)));
  return withFields(body, {
    node: renameValues(body.node, captured),
    output: body.output.map((output) =>
      withFields(output, { name: captured.get(output.name) ?? output.name }),
    ),
  });
}
