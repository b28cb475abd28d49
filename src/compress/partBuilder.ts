import { clone, create } from '@bufbuild/protobuf';
import { storeValues } from '../data/batches/storeValues.js';
import { tensorOf } from '../instrument/constantTensor.js';
import { allocate, type ElementType } from '../onnx/elementType.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from '../onnx/proto/onnx_pb.js';

/** Collects the nodes and weights that stand in for a layer; they are named after it, so that their layers are too. */
export class PartBuilder {
  readonly nodes: NodeProto[] = [];
  readonly tensors: TensorProto[] = [];
  readonly #taken: Set<string>;
  readonly #path: string;

  /**
   * @param path where the layer's node stands, `/layer1/conv1`; its parts are `/layer1/conv1/project/Conv`, ….
   * @param type of the layer's weights.
   * @param taken every name of the model; those that are made are added.
   */
  constructor(
    path: string,
    readonly type: ElementType,
    taken: Set<string>,
  ) {
    this.#path = path;
    this.#taken = taken;
  }

  /** A name for a value or node that the model does not have yet; parts are joined by slashes, empty ones left out. */
  name(...parts: readonly string[]): string {
    const wanted = [this.#path, ...parts].filter((part) => part !== '').join('/');
    let name = wanted;
    for (let count = 2; this.#taken.has(name); count++) name = `${wanted}_${count}`;
    this.#taken.add(name);
    return name;
  }

  /** Stores numbers as a weight of the layer's type. */
  weight(part: string, what: string, dims: readonly number[], values: Float64Array): string {
    const data = allocate(this.type, values.length);
    storeValues('float64', values, this.type, data, 0);
    const name = this.name(part, what);
    this.tensors.push({ ...tensorOf(this.type, dims, data), name });
    return name;
  }

  /** Adds a node; attributes are those given, or kept from another node. */
  node(
    part: string,
    opType: string,
    input: readonly string[],
    output: string,
    attribute: readonly AttributeProto[] = [],
  ): void {
    const name = this.name(part, opType);
    this.nodes.push(
      create(NodeProtoSchema, {
        opType,
        name,
        input: [...input],
        output: [output],
        attribute: [...attribute],
      }),
    );
  }
}

/** A list of integers as an attribute. */
export const intsOf = (name: string, values: readonly number[]): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: values.map(BigInt) });

/** An integer as an attribute. */
export const intOf = (name: string, value: number): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });

/** The attributes of a node but for those that are named. */
export const attributesBut = (node: NodeProto, names: readonly string[]): AttributeProto[] =>
  clone(NodeProtoSchema, node).attribute.filter(({ name }) => !names.includes(name));
