import { intsAttribute, listLength, tensorAttribute } from './attributes.js';
import type { Graph } from './graph.js';
import type { NodeProto } from './proto/onnx_pb.js';

/** A value that does not depend on the model's inputs. */
export interface ConstantValue {
  /** `undefined` where the shape would take running the graph. */
  readonly shape?: readonly number[];
  /** Number of entries, also where a `Reshape` hides the shape. */
  readonly size?: number;
}

/** Operators that pass their first input's shape on. */
const shapePreserving = new Set(['Identity', 'Cast', 'CastLike', 'DequantizeLinear', 'QuantizeLinear']);

/** Operators that arrange their first input's entries in another order. */
const sizePreserving = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** What was found before; a graph does not change, and crafted ones reach one value along exponentially many ways. */
const found = new WeakMap<Graph, Map<string, ConstantValue | undefined>>();

/**
 * Follows a value back to initializers and `Constant` nodes. Exporters put weights behind `Transpose`, `Cast`,
 * `DequantizeLinear` or `Identity`, so these are looked through; behind any other operator the value may still be
 * constant, but its shape is only known where the model declares it.
 *
 * @returns `undefined` where the value depends on an input of the model.
 */
export function constantValue(graph: Graph, name: string): ConstantValue | undefined {
  const known = found.get(graph) ?? new Map<string, ConstantValue | undefined>();
  found.set(graph, known);
  // A stack of its own: chains can be deeper than the call stack.
  const path = [name];
  const onPath = new Set(path);
  for (let current = path.at(-1); current !== undefined; current = path.at(-1)) {
    const next = known.has(current) ? undefined : unresolvedInput(graph, current, known, onPath);
    if (next !== undefined) {
      path.push(next);
      onPath.add(next);
      continue;
    }
    if (!known.has(current)) known.set(current, resolve(graph, current, known));
    onPath.delete(current);
    path.pop();
  }
  return known.get(name);
}

/** An input that has to be resolved before `name` can be; none where one of them is known to vary. */
function unresolvedInput(
  graph: Graph,
  name: string,
  known: ReadonlyMap<string, ConstantValue | undefined>,
  onPath: ReadonlySet<string>,
): string | undefined {
  const inputs = dependencies(graph, name) ?? [];
  if (inputs.some((input) => known.has(input) && known.get(input) === undefined)) return undefined;
  return inputs.find((input) => !known.has(input) && !onPath.has(input));
}

/** What a computed value is made of; `undefined` where it is given, or can vary whatever it is made of. */
function dependencies(graph: Graph, name: string): string[] | undefined {
  if (graph.initializer(name) || graph.sparseShape(name)) return undefined;
  const node = graph.producer(name);
  if (!node || node.input.length === 0 || node.attribute.some(({ g, graphs }) => g || graphs.length > 0)) {
    return undefined;
  }
  return node.input.filter((input) => input !== '');
}

function resolve(
  graph: Graph,
  name: string,
  known: ReadonlyMap<string, ConstantValue | undefined>,
): ConstantValue | undefined {
  const initializer = graph.initializer(name);
  if (initializer) return shaped(initializer.dims.map(Number));
  const sparse = graph.sparseShape(name);
  if (sparse) return shaped(sparse);
  const node = graph.producer(name);
  const standard = node && graph.isStandard(node);
  if (standard && node.opType === 'Constant') return shaped(constantNodeShape(node));
  const inputs = dependencies(graph, name);
  if (!node || !inputs?.every((input) => known.get(input))) return undefined;
  const first = known.get(node.input[0]) ?? {};
  // Quantizers take Microsoft's (De)QuantizeLinear for 16 bits and for opsets below 21.
  if ((standard || node.domain === 'com.microsoft') && shapePreserving.has(node.opType)) return first;
  if (standard && node.opType === 'Transpose') {
    return { ...shaped(first.shape && transposed(first.shape, node)), size: first.size };
  }
  const declared = graph.info(name)?.shape;
  const { shape, size } = shaped(declared?.every((dim) => typeof dim === 'number') ? declared : undefined);
  return { shape, size: size ?? (standard && sizePreserving.has(node.opType) ? first.size : undefined) };
}

function shaped(shape: readonly number[] | undefined): ConstantValue {
  return { shape, size: shape?.reduce((size, dim) => size * dim, 1) };
}

function transposed(shape: readonly number[], node: NodeProto): readonly number[] | undefined {
  const order = intsAttribute(node, 'perm');
  if (!order) return shape.toReversed();
  return order.length === shape.length ? order.map((axis) => shape[axis]) : undefined;
}

function constantNodeShape(node: NodeProto): readonly number[] | undefined {
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return tensor.dims.map(Number);
  const sparse = node.attribute.find(({ name }) => name === 'sparse_value')?.sparseTensor;
  if (sparse) return sparse.dims.map(Number);
  const length = listLength(node);
  return length === undefined ? [] : [length];
}
