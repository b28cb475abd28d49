import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../onnx/proto/onnx_pb.js';

/** Value of float32 in ONNX's list of element types. */
const FLOAT = 1;

const SHAPE = [1, 1, 3, 3] as const;

/** The input of the probe and what it has to give: a 3 × 3 convolution with ones adds up the nine values around. */
export const PROBE = {
  input: 'x',
  output: 'y',
  dims: SHAPE,
  values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
  expected: Float32Array.of(12, 21, 16, 27, 45, 33, 24, 39, 28),
} as const;

/** A model of one convolution: it needs cuDNN on CUDA, which a provider that merely loads has not opened yet. */
export function probeModel(): Uint8Array {
  const pads = create(AttributeProtoSchema, {
    name: 'pads',
    type: AttributeProto_AttributeType.INTS,
    ints: [1n, 1n, 1n, 1n],
  });
  const weight = create(TensorProtoSchema, {
    name: 'w',
    dataType: FLOAT,
    dims: SHAPE.map(BigInt),
    rawData: new Uint8Array(new Float32Array(9).fill(1).buffer),
  });
  const node = create(NodeProtoSchema, {
    opType: 'Conv',
    input: [PROBE.input, 'w'],
    output: [PROBE.output],
    attribute: [pads],
  });
  const graph = create(GraphProtoSchema, {
    name: 'probe',
    node: [node],
    initializer: [weight],
    input: [floats(PROBE.input)],
    output: [floats(PROBE.output)],
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
      graph,
    }),
  );
}

function floats(name: string): ValueInfoProto {
  const dim = SHAPE.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: FLOAT, shape: { dim } } } },
  });
}
