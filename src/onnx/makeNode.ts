import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { dataTypeOf } from './elementType.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './proto/onnx_pb.js';

/** An attribute's value: numbers are integers. */
export type MadeAttribute = number | readonly number[] | TensorProto;

/** A node of ONNX's own operators, or of another domain. */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Readonly<Record<string, MadeAttribute>> = {},
  domain = '',
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    domain,
    input: [...input],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => madeAttribute(name, value)),
  });
}

/** A `Constant` of integers, as `Reshape` takes a shape. */
export function constantInts(values: readonly number[], output: string): NodeProto {
  const value = create(TensorProtoSchema, {
    dataType: dataTypeOf('int64'),
    dims: [BigInt(values.length)],
    int64Data: values.map(BigInt),
  });
  return makeNode('Constant', [], output, { value });
}

/** A `Constant` of one float32. */
export function constantFloat(value: number, output: string): NodeProto {
  const tensor = create(TensorProtoSchema, { dataType: dataTypeOf('float32'), floatData: [value] });
  return makeNode('Constant', [], output, { value: tensor });
}

function madeAttribute(name: string, value: MadeAttribute): AttributeProto {
  const of = (fields: MessageInitShape<typeof AttributeProtoSchema>) =>
    create(AttributeProtoSchema, { name, ...fields });
  if (typeof value === 'number') return of({ type: AttributeType.INT, i: BigInt(value) });
  if ('$typeName' in value) return of({ type: AttributeType.TENSOR, t: value });
  return of({ type: AttributeType.INTS, ints: value.map(BigInt) });
}
