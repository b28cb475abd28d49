import { create } from '@bufbuild/protobuf';
import { Graph } from '../../src/onnx/graph.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  FunctionProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  type NodeProto,
  OperatorSetIdProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { type ModelParts, model, node } from './models.js';

/** A model that was never on disk. */
export function inMemory(proto: ModelProto): ModelFile {
  if (!proto.graph) throw new Error('the model has no graph');
  return { path: 'test.onnx', proto, graph: proto.graph, sha256: '' };
}

/** The index of a model's graph. */
export function graphOf(parts: ModelParts): Graph {
  const { graph, proto } = inMemory(model(parts));
  return new Graph(graph, proto);
}

/** A body: without inputs, as the branches of `If` are, or with those that `Loop` and `Scan` give it. */
export function body(
  nodes: readonly NodeProto[],
  outputs: readonly (string | ValueInfoProto)[],
  inputs: readonly ValueInfoProto[] = [],
): GraphProto {
  return create(GraphProtoSchema, {
    name: 'body',
    node: [...nodes],
    input: [...inputs],
    output: outputs.map((o) => (typeof o === 'string' ? create(ValueInfoProtoSchema, { name: o }) : o)),
  });
}

/** A node that carries bodies (`If`, `Loop`, `Scan`). */
export function nodeWithBodies(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  bodies: Readonly<Record<string, GraphProto>>,
  name = '',
): NodeProto {
  const made = node(op, inputs, outputs, {}, { name });
  for (const [key, g] of Object.entries(bodies)) {
    made.attribute.push(create(AttributeProtoSchema, { name: key, type: AttributeType.GRAPH, g }));
  }
  return made;
}

/** Adds a local function of the domain `mine`, with one input `a` and one output `b`. */
export function withFunction(proto: ModelProto, name: string, nodes: readonly NodeProto[]): ModelProto {
  proto.functions.push(
    create(FunctionProtoSchema, {
      name,
      domain: 'mine',
      input: ['a'],
      output: ['b'],
      node: [...nodes],
      opsetImport: [create(OperatorSetIdProtoSchema, { version: 17n })],
    }),
  );
  return proto;
}
