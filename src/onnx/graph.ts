import { type ElementType, elementTypeOf } from './elementType.js';
import type {
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  TypeProto,
} from './proto/onnx_pb.js';
import { namesRead } from './walk.js';

/** A dimension: its size, the model's name for it, or `null` where nothing is known. */
export type Dimension = number | string | null;

/** What a model says of a tensor without being run. */
export interface TensorInfo {
  readonly type: ElementType | undefined;
  /** `undefined` where even the rank is open. */
  readonly shape: readonly Dimension[] | undefined;
}

/**
 * An index of one graph: who makes each value, who reads it, what is known of it beforehand. Of a body (of `If`, `Loop`,
 * `Scan`) it knows the values of the graphs around it too, but for who reads them.
 */
export class Graph {
  readonly #producers = new Map<string, NodeProto>();
  readonly #consumers = new Map<string, NodeProto[]>();
  readonly #initializers = new Map<string, TensorProto>();
  readonly #sparse = new Map<string, readonly number[]>();
  readonly #infos = new Map<string, TensorInfo>();
  readonly #functions: ReadonlyMap<string, FunctionProto>;

  constructor(
    readonly proto: GraphProto,
    model: ModelProto,
    /** The graph that has the node which carries this body; absent: this is the model's own. */
    readonly around?: Graph,
  ) {
    this.#functions = new Map(
      model.functions.map((definition) => [functionKey(definition.name, definition), definition]),
    );
    for (const tensor of proto.initializer) this.#initializers.set(tensor.name, tensor);
    for (const { values, dims } of proto.sparseInitializer) {
      if (values) this.#sparse.set(values.name, dims.map(Number));
    }
    for (const { name, type } of [...proto.valueInfo, ...proto.output, ...proto.input]) {
      const info = tensorInfo(type);
      // An output may be declared by its name alone, and say more as a `value_info`.
      if (info.shape || !this.#infos.has(name)) this.#infos.set(name, info);
    }
    for (const node of proto.node) {
      for (const name of node.output) if (name !== '') this.#producers.set(name, node);
      for (const name of namesRead(node)) {
        const readers = this.#consumers.get(name);
        if (readers) readers.push(node);
        else this.#consumers.set(name, [node]);
      }
    }
  }

  /** The node that computes a value; `undefined` for graph inputs and initializers. */
  producer(name: string): NodeProto | undefined {
    return this.#producers.get(name) ?? this.#outside(name)?.producer(name);
  }

  /** The nodes that read a value, captures by bodies included, in graph order. */
  consumers(name: string): readonly NodeProto[] {
    return this.#consumers.get(name) ?? [];
  }

  /** A dense initializer by name. */
  initializer(name: string): TensorProto | undefined {
    return this.#initializers.get(name) ?? this.#outside(name)?.initializer(name);
  }

  /** The dense shape of a sparse initializer. */
  sparseShape(name: string): readonly number[] | undefined {
    return this.#sparse.get(name) ?? this.#outside(name)?.sparseShape(name);
  }

  /** Whether a value of this name is there, given, made or declared. */
  isKnown(name: string): boolean {
    return this.#has(name) || this.around?.isKnown(name) === true;
  }

  /** What `value_info`, inputs and outputs declare of a value. */
  info(name: string): TensorInfo | undefined {
    return this.#infos.get(name) ?? this.#outside(name)?.info(name);
  }

  /** Whether the value is one of the graph's outputs. */
  isOutput(name: string): boolean {
    return this.proto.output.some((output) => output.name === name);
  }

  /** Whether the node is one of ONNX's own operators, whose meaning is known. */
  isStandard(node: NodeProto): boolean {
    return (node.domain === '' || node.domain === 'ai.onnx') && !this.localFunction(node);
  }

  /** The function that a node calls, where the model defines it itself. */
  localFunction(node: NodeProto): FunctionProto | undefined {
    return this.#functions.get(functionKey(node.opType, node));
  }

  #has(name: string): boolean {
    return (
      this.#producers.has(name) ||
      this.#initializers.has(name) ||
      this.#sparse.has(name) ||
      this.#infos.has(name)
    );
  }

  /** The graph around, where the value is none of this one. */
  #outside(name: string): Graph | undefined {
    return this.around && !this.#has(name) ? this.around : undefined;
  }
}

/** What a call finds its function by. */
export const functionKey = (
  name: string,
  { domain, overload }: { domain: string; overload: string },
): string => JSON.stringify([domain, name, overload]);

/** Element type and shape of a declared type. Some exporters write −1 for an open dimension, as ONNX Runtime accepts. */
export function tensorInfo(type: TypeProto | undefined): TensorInfo {
  if (type?.value.case !== 'tensorType') return { type: undefined, shape: undefined };
  const { elemType, shape } = type.value.value;
  return {
    type: elementTypeOf(elemType),
    shape: shape?.dim.map(({ value }) => {
      if (value.case === 'dimValue') return value.value < 0n ? null : Number(value.value);
      return value.case === 'dimParam' && value.value !== '' ? value.value : null;
    }),
  };
}
