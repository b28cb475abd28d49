import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { UserError } from '../errors.js';
import { dataTypeOf, type ElementType } from '../onnx/elementType.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from '../onnx/proto/onnx_pb.js';
import { constantTensor } from './constantTensor.js';

type AttributeValue = number | readonly number[] | string | TensorProto | GraphProto;

/** The first opset whose arithmetic broadcasts, and the first for which the runtime has any. */
export const ARITHMETIC_OPSET = 7;

/** The prefix of everything that delve adds to a graph. */
const PREFIX = 'delve/';

/**
 * Collects the nodes that are added to a graph. Every method adds what it takes, in the form that the model's opset
 * wants, and returns the name of the result.
 */
export class NodeBuilder {
  readonly nodes: NodeProto[] = [];
  readonly #taken: Set<string>;
  readonly #next = new Map<string, number>();
  readonly #constants = new Map<string, string>();
  #count = 0;

  constructor(
    readonly opset: number,
    /** Names that the graph uses already; a set also takes up those that are given from here on. */
    taken: Iterable<string>,
    /** A type that holds every activation of the model exactly: float64 for models that compute in it. */
    readonly real: 'float32' | 'float64' = 'float32',
  ) {
    this.#taken = taken instanceof Set ? taken : new Set(taken);
  }

  /** Collects the nodes of a body in this graph: no name is taken in both. */
  inBody(): NodeBuilder {
    return new NodeBuilder(this.opset, this.#taken, this.real);
  }

  /** Adds a node with one output. `output` names it; otherwise it gets a fresh name. */
  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output: string = this.#fresh(opType),
  ): string {
    return this.addWithOutputs(opType, input, attributes, [output])[0];
  }

  /** Adds a node with several outputs, whose names it returns. */
  addWithOutputs(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    output: readonly string[],
  ): readonly string[] {
    this.nodes.push(
      create(NodeProtoSchema, {
        opType,
        name: this.unique(`${output[0]}_node`),
        input: [...input],
        output: [...output],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      }),
    );
    return output;
  }

  /** `delve/<name>`, or where the graph has that already, the first free of `delve/<name>_2`, `_3`, … */
  outputName(name: string): string {
    return this.unique(PREFIX + name);
  }

  /** A name that the graph does not have yet: this one, or the first free of `_2`, `_3`, … From now on it is taken. */
  unique(name: string): string {
    let free = name;
    // Where the last search for this name ended: counting again would take n² steps for n of one name.
    let count = this.#next.get(name) ?? 2;
    while (this.#taken.has(free)) free = `${name}_${count++}`;
    this.#next.set(name, count);
    this.#taken.add(free);
    return free;
  }

  /**
   * A constant: a scalar, or a vector where `values` is an array. Equal constants are stored once. A node and not an
   * initializer, because models of IR version 3 may have these among their inputs only.
   */
  constant(type: ElementType, values: number | readonly number[]): string {
    const key = `${type}:${JSON.stringify(values)}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    // Before opset 9 Constant gives real numbers only.
    const isOwnType = this.opset >= 9 || type === 'float32' || type === 'float64';
    const tensor = constantTensor(isOwnType ? type : 'float64', values);
    const given = this.add('Constant', [], { value: tensor });
    const constant = isOwnType ? given : this.cast(given, type);
    this.#constants.set(key, constant);
    return constant;
  }

  /**
   * Element-wise arithmetic, with broadcasting.
   *
   * @throws UserError for models of opset 6 or older: ONNX Runtime runs their layers, but has no arithmetic for them.
   */
  arithmetic(operator: 'Add' | 'Sub' | 'Mul' | 'Div', input: readonly [string, string]): string {
    if (this.opset < ARITHMETIC_OPSET) {
      throw new UserError(
        `the model has opset ${this.opset}, which can be observed with --conv-method channelwise, mean or flatten in --precision float64 only: convert it to opset ${ARITHMETIC_OPSET} or newer`,
      );
    }
    return this.add(operator, input);
  }

  cast(value: string, to: ElementType, output?: string): string {
    return this.add('Cast', [value], { to: dataTypeOf(to) }, output);
  }

  /** Reductions along axes, which moved from attribute to input at opset 13 (ReduceSum) and 18 (the others). */
  reduce(
    operator: 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceProd',
    value: string,
    axes: readonly number[],
    { keepDims = false, output }: { keepDims?: boolean; output?: string } = {},
  ): string {
    const keepdims = keepDims ? 1 : 0;
    return this.opset >= (operator === 'ReduceSum' ? 13 : 18)
      ? this.add(operator, [value, this.constant('int64', axes)], { keepdims }, output)
      : this.add(operator, [value], { axes, keepdims }, output);
  }

  /** Entries `from` (included) to `to` (excluded) along one axis; bounds became inputs at opset 10. */
  slice(value: string, axis: number, from: number, to: number): string {
    return this.opset >= 10
      ? this.add('Slice', [
          value,
          this.constant('int64', [from]),
          this.constant('int64', [to]),
          this.constant('int64', [axis]),
        ])
      : this.add('Slice', [value], { starts: [from], ends: [to], axes: [axis] });
  }

  /** Drops axes of size one; they became an input at opset 13. */
  squeeze(value: string, axes: readonly number[], output?: string): string {
    return this.opset >= 13
      ? this.add('Squeeze', [value, this.constant('int64', axes)], {}, output)
      : this.add('Squeeze', [value], { axes }, output);
  }

  /** Inserts axes of size one; they became an input at opset 13. */
  unsqueeze(value: string, axes: readonly number[]): string {
    return this.opset >= 13
      ? this.add('Unsqueeze', [value, this.constant('int64', axes)])
      : this.add('Unsqueeze', [value], { axes });
  }

  /** One or more dimensions of a value, as an int64 vector: entries `from` to `to` of its shape. */
  dimensions(value: string, from: number, to: number): string {
    return this.slice(this.add('Shape', [value]), 0, from, to);
  }

  /** One dimension of a value as an int64 scalar. */
  dimension(value: string, axis: number, output?: string): string {
    return this.add(
      'Gather',
      [this.add('Shape', [value]), this.constant('int64', axis)],
      { axis: 0 },
      output,
    );
  }

  #fresh(kind: string): string {
    return this.outputName(`${kind}_${this.#count++}`);
  }
}

/** Numbers are integers: no operator that delve adds has a float attribute. */
function attribute(name: string, value: AttributeValue): AttributeProto {
  const of = (fields: MessageInitShape<typeof AttributeProtoSchema>) =>
    create(AttributeProtoSchema, { name, ...fields });
  if (typeof value === 'string') {
    return of({ type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  }
  if (typeof value === 'number') return of({ type: AttributeType.INT, i: BigInt(value) });
  if ('$typeName' in value) {
    return value.$typeName === 'onnx.GraphProto'
      ? of({ type: AttributeType.GRAPH, g: value })
      : of({ type: AttributeType.TENSOR, t: value });
  }
  return of({ type: AttributeType.INTS, ints: value.map(BigInt) });
}
