import { create, toBinary } from '@bufbuild/protobuf';
import type { MomentOutputs } from '../../src/instrument/instrumentedModel.js';
import { allocate, dataTypeOf, type ElementType } from '../../src/onnx/elementType.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';

/** What an attribute can be written as: integers are `bigint`s, so that a float of 1 can be told from an int of 1. */
export type AttributeValue = number | bigint | string | readonly number[] | readonly bigint[] | TensorProto;

/** A dimension: fixed, named, or open. */
export type Dimension = number | string | null;

export interface ModelParts {
  readonly nodes: readonly NodeProto[];
  readonly inputs: readonly ValueInfoProto[];
  /** Names, or values with type and shape. */
  readonly outputs: readonly (string | ValueInfoProto)[];
  readonly initializers?: readonly TensorProto[];
  /** Version of the default domain; 17 where nothing is said. */
  readonly opset?: number;
  /** Versions of further domains. */
  readonly domains?: Readonly<Record<string, number>>;
  readonly irVersion?: number;
}

/** A model of one graph, as a message. */
export function model(parts: ModelParts): ModelProto {
  const domains = { '': parts.opset ?? 17, ...parts.domains };
  return create(ModelProtoSchema, {
    irVersion: BigInt(parts.irVersion ?? 8),
    producerName: 'delve-test',
    opsetImport: Object.entries(domains).map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    ),
    graph: create(GraphProtoSchema, {
      name: 'test',
      node: [...parts.nodes],
      input: [...parts.inputs],
      output: parts.outputs.map((o) =>
        typeof o === 'string' ? create(ValueInfoProtoSchema, { name: o }) : o,
      ),
      initializer: [...(parts.initializers ?? [])],
    }),
  });
}

/** A model of one graph, as the bytes of its file. */
export function modelBytes(parts: ModelParts): Uint8Array<ArrayBuffer> {
  return toBinary(ModelProtoSchema, model(parts));
}

/** A node; `name` defaults to none, as exporters may leave it. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
  { name, domain }: { readonly name?: string; readonly domain?: string } = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType: op,
    input: [...inputs],
    output: [...outputs],
    ...(name === undefined ? {} : { name }),
    ...(domain === undefined ? {} : { domain }),
    attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  });
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  const of = (fields: Partial<Omit<AttributeProto, '$typeName' | '$unknown'>>) =>
    create(AttributeProtoSchema, { name, ...fields });
  if (typeof value === 'number') return of({ type: AttributeType.FLOAT, f: value });
  if (typeof value === 'bigint') return of({ type: AttributeType.INT, i: value });
  if (typeof value === 'string')
    return of({ type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if ('$typeName' in value) return of({ type: AttributeType.TENSOR, t: value });
  const ints = value.filter((v) => typeof v === 'bigint');
  if (ints.length === value.length) return of({ type: AttributeType.INTS, ints });
  return of({ type: AttributeType.FLOATS, floats: value.map(Number) });
}

/** A graph input or output with its type; without a shape its rank is open. */
export function value(name: string, type: ElementType, shape?: readonly Dimension[]): ValueInfoProto {
  const dim = shape?.map((d) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        d === null
          ? { case: undefined }
          : typeof d === 'number'
            ? { case: 'dimValue', value: BigInt(d) }
            : { case: 'dimParam', value: d },
    }),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: dataTypeOf(type),
          ...(dim === undefined ? {} : { shape: create(TensorShapeProtoSchema, { dim }) }),
        }),
      },
    }),
  });
}

/** A tensor with its values in `raw_data`. float16 values are given as bit patterns. */
export function tensor(
  name: string,
  type: ElementType,
  dims: readonly number[],
  values: ArrayLike<number>,
): TensorProto {
  const array = allocate(type, values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i] ?? 0;
    array[i] = array instanceof BigInt64Array || array instanceof BigUint64Array ? BigInt(v) : v;
  }
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypeOf(type),
    dims: dims.map(BigInt),
    rawData: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  });
}

/** A tensor whose values lie in a file beside the model. */
export function externalTensor(
  name: string,
  type: ElementType,
  dims: readonly number[],
  place: { readonly location: string; readonly offset?: number; readonly length?: number },
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypeOf(type),
    dims: dims.map(BigInt),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(place).map(([key, v]) =>
      create(StringStringEntryProtoSchema, { key, value: String(v) }),
    ),
  });
}

/**
 * The nodes that reduce a `rows × features` activation to float64 moments, written out by hand:
 * what an instrumented model holds, for tests that stand below the instrumentation.
 */
export function momentNodes(
  layer: string,
  activation: string,
): { nodes: NodeProto[]; outputs: MomentOutputs } {
  const at = (part: string) => `${layer}/${part}`;
  const outputs = { layer, count: at('count'), sum: at('sum'), scatter: at('scatter') };
  const nodes = [
    node('Cast', [activation], [at('x')], { to: 11n }),
    node('Gemm', [at('x'), at('x')], [outputs.scatter], { transA: 1n }),
    node('Constant', [], [at('axis')], { value: tensor('', 'int64', [1], [0]) }),
    node('ReduceSum', [at('x'), at('axis')], [outputs.sum], { keepdims: 0n }),
    node('Shape', [activation], [at('shape')]),
    node('Constant', [], [at('zero')], { value: tensor('', 'int64', [], [0]) }),
    node('Gather', [at('shape'), at('zero')], [outputs.count]),
  ];
  return { nodes, outputs };
}
