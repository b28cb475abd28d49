import {
  create,
  type DescMessage,
  isFieldSet,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './proto/onnx_pb.js';

/** Smaller weights are written as the rest is. */
const LARGE = 2 ** 12;

/** Fields by their numbers, as the format has them. */
const FIELD = { graph: 7, initializer: 5, rawData: 9 };

/**
 * A model as `toBinary` writes it, byte for byte, but with each weight copied once and into memory of the right size:
 * `toBinary` doubles its buffer until all fits, moves every message when its length is known, and copies the whole at the
 * end.
 *
 * @throws RangeError where it is larger than an array can be.
 */
export function modelBytes(model: ModelProto): Uint8Array {
  const parts = modelParts(model);
  const bytes = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function modelParts(model: ModelProto): Uint8Array[] {
  const { graph } = model;
  if (!graph) return [toBinary(ModelProtoSchema, model)];
  return around(ModelProtoSchema, model, FIELD.graph, [delimited(FIELD.graph, graphParts(graph))].flat());
}

const graphParts = (graph: GraphProto): Uint8Array[] =>
  around(
    GraphProtoSchema,
    graph,
    FIELD.initializer,
    graph.initializer.flatMap((tensor) => delimited(FIELD.initializer, tensorParts(tensor))),
  );

const tensorParts = (tensor: TensorProto): Uint8Array[] =>
  tensor.rawData.length < LARGE
    ? [toBinary(TensorProtoSchema, tensor)]
    : around(TensorProtoSchema, tensor, FIELD.rawData, delimited(FIELD.rawData, [tensor.rawData]));

/** A message with one field written by someone else. Fields go by their numbers, unknown ones come last. */
function around<Schema extends DescMessage>(
  schema: Schema,
  message: MessageShape<Schema>,
  field: number,
  parts: readonly Uint8Array[],
): Uint8Array[] {
  const only = (wanted: (number: number) => boolean) => {
    const set = schema.fields.filter((each) => wanted(each.number) && isFieldSet(message, each));
    const values: Record<string, unknown> = message;
    const init = Object.fromEntries(set.map(({ localName }) => [localName, values[localName]]));
    return create(schema, init as MessageInitShape<Schema>);
  };
  const after = only((number) => number > field);
  after.$unknown = message.$unknown;
  return [
    toBinary(
      schema,
      only((number) => number < field),
    ),
    ...parts,
    toBinary(schema, after),
  ];
}

/** A field of bytes, or of a message: its number and wire type, its length, and what it holds. */
function delimited(field: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const DELIMITED = 2;
  return [Uint8Array.of((field << 3) | DELIMITED, ...varint(lengthOf(parts))), ...parts];
}

/** Seven bits a byte, the lowest first; all but the last have their highest bit set. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

const lengthOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((length, part) => length + part.length, 0);
