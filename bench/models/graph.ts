import { create, toBinary } from '@bufbuild/protobuf';
import { dataTypeOf } from '../../src/onnx/elementType.js';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { normal } from './random.js';

/** Integers: no operator used so far has another kind of attribute. */
type AttributeValue = number | readonly number[];

export interface Convolution {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Default: what keeps the size at stride 1. */
  readonly padding?: number;
}

const OPSET = 17;
const IR_VERSION = 8;

/**
 * Writes a graph operator by operator, with weights from a seed. Nodes and values carry the names that PyTorch's
 * exporter gives them: the module's path and the operator, `/layer1/layer1.0/conv1/Conv`.
 */
export class GraphWriter {
  readonly #nodes: NodeProto[] = [];
  readonly #weights: TensorProto[] = [];
  readonly #inputs: ValueInfoProto[] = [];
  readonly #normal: () => number;

  constructor(seed: number) {
    this.#normal = normal(seed);
  }

  /** A float32 input; dimensions given by name are open. */
  input(name: string, dims: readonly (number | string)[]): string {
    this.#inputs.push(floats(name, dims));
    return name;
  }

  /** Any operator with one output. `path` is its module's, `''` for an operator of the model itself. */
  node(
    path: string,
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const name = `${path === '' ? '' : `/${path}`}/${opType}`;
    const output = `${name}_output_0`;
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType,
        name,
        input: [...input],
        output: [output],
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return output;
  }

  /** Normal weights with variance 2 / `fanIn`, which keeps the scale of the activations through ReLUs (He). */
  weights(name: string, dims: readonly number[], fanIn: number): string {
    const values = new Float32Array(dims.reduce((product, length) => product * length, 1));
    const deviation = Math.sqrt(2 / fanIn);
    for (let i = 0; i < values.length; i++) values[i] = deviation * this.#normal();
    this.#weights.push(
      create(TensorProtoSchema, {
        name,
        dataType: dataTypeOf('float32'),
        dims: dims.map(BigInt),
        rawData: new Uint8Array(values.buffer),
      }),
    );
    return name;
  }

  /** A constant: int64 for integers as bigint, else float32. */
  constant(name: string, dims: readonly number[], values: readonly number[] | readonly bigint[]): string {
    const data = isBigints(values) ? BigInt64Array.from(values) : Float32Array.from(values);
    this.#weights.push(
      create(TensorProtoSchema, {
        name,
        dataType: dataTypeOf(data instanceof BigInt64Array ? 'int64' : 'float32'),
        dims: dims.map(BigInt),
        rawData: new Uint8Array(data.buffer),
      }),
    );
    return name;
  }

  /** A convolution with bias: what is left of one without bias after its BatchNorm was folded into it. */
  conv(path: string, x: string, of: Convolution): string {
    const { inChannels, outChannels, kernel, stride = 1, padding = (kernel - 1) >> 1 } = of;
    const module = moduleOf(path);
    const fanIn = inChannels * kernel * kernel;
    const weight = this.weights(`${module}.weight`, [outChannels, inChannels, kernel, kernel], fanIn);
    const bias = this.weights(`${module}.bias`, [outChannels], fanIn);
    return this.node(path, 'Conv', [x, weight, bias], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      dilations: [1, 1],
      group: 1,
    });
  }

  /** A fully connected layer with bias. */
  gemm(path: string, x: string, inFeatures: number, outFeatures: number): string {
    const module = moduleOf(path);
    const weight = this.weights(`${module}.weight`, [outFeatures, inFeatures], inFeatures);
    const bias = this.weights(`${module}.bias`, [outFeatures], inFeatures);
    return this.node(path, 'Gemm', [x, weight, bias], { transB: 1 });
  }

  /** A fully connected layer with bias on every token: `[batch, tokens, inFeatures]` → `[…, outFeatures]`. */
  linear(path: string, x: string, inFeatures: number, outFeatures: number): string {
    const module = moduleOf(path);
    const weight = this.weights(`${module}.weight`, [inFeatures, outFeatures], inFeatures);
    const bias = this.weights(`${module}.bias`, [outFeatures], inFeatures);
    return this.node(path, 'Add', [this.node(path, 'MatMul', [x, weight]), bias]);
  }

  /** The file's bytes. `outputs` are values of the graph with their dimensions. */
  model(outputs: Readonly<Record<string, readonly (number | string)[]>>): Uint8Array {
    const model = create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      producerName: 'delve-bench',
      opsetImport: [{ domain: '', version: BigInt(OPSET) }],
      graph: {
        name: 'main_graph',
        node: this.#nodes,
        initializer: this.#weights,
        input: this.#inputs,
        output: Object.entries(outputs).map(([name, dims]) => floats(name, dims)),
      },
    });
    return toBinary(ModelProtoSchema, model);
  }
}

/** `layer1/layer1.0/conv1` → `layer1.0.conv1`: what stands after the last segment that repeats its parents. */
function moduleOf(path: string): string {
  let module = '';
  for (const segment of path.split('/')) {
    module = module === '' || segment.startsWith(`${module}.`) ? segment : `${module}.${segment}`;
  }
  return module;
}

function isBigints(values: readonly number[] | readonly bigint[]): values is readonly bigint[] {
  return typeof values[0] === 'bigint';
}

function floats(name: string, dims: readonly (number | string)[]): ValueInfoProto {
  const dim = dims.map((length) =>
    typeof length === 'number'
      ? ({ value: { case: 'dimValue', value: BigInt(length) } } as const)
      : ({ value: { case: 'dimParam', value: length } } as const),
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypeOf('float32'), shape: { dim } } } },
  });
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  return typeof value === 'number'
    ? create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) })
    : create(AttributeProtoSchema, {
        name,
        type: AttributeProto_AttributeType.INTS,
        ints: value.map(BigInt),
      });
}
