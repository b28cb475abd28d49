import { createHash } from 'node:crypto';
import { UserError } from '../errors.js';
import { intAttribute, intsAttribute, tensorAttribute } from '../onnx/attributes.js';
import { constantValue } from '../onnx/constantShape.js';
import { embeddedTensor } from '../onnx/externalData.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto, TensorProto } from '../onnx/proto/onnx_pb.js';
import { type DecodedTensor, decodeTensor } from '../onnx/tensor.js';
import type { Layer } from './layer.js';
import { mainNode } from './mainNode.js';

/** A stored matrix may be turned on its way to the operator. */
interface StoredWeight {
  readonly tensor: TensorProto;
  /** For matrices: whether a row is what one input gives, instead of what makes one feature. */
  readonly inputsFirst: boolean;
}

/**
 * The SHA-256 of every layer's weight, hexadecimal, by the layer's name: by it a layer is known again under another
 * name, in another export of the same network. So it is that of the values in one order and type, however they are
 * stored: matrices as `features × inputs`, float64 as float32. Layers whose weight is not stored have none.
 */
export async function weightHashes(
  model: ModelFile,
  layers: readonly Layer[],
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for await (const { layer, values, inputsFirst } of storedWeights(model, layers)) {
    hashes.set(layer.name, hashOf(values, inputsFirst));
  }
  return hashes;
}

/** The weight of a layer as it is stored. */
export interface LayerWeight {
  readonly layer: Layer;
  readonly values: DecodedTensor;
  /** For matrices: whether a row is what one input gives, instead of what makes one feature. */
  readonly inputsFirst: boolean;
}

/** The weights of layers, one at a time, wherever they are stored; layers whose weight is not stored are left out. */
export async function* storedWeights(
  model: ModelFile,
  layers: readonly Layer[],
): AsyncGenerator<LayerWeight> {
  const graph = new Graph(model.graph, model.proto);
  for (const layer of layers) {
    const node = mainNode(graph, layer);
    const weight = node && storedWeight(graph, node);
    const tensor = weight && (await embeddedTensor(weight.tensor, model));
    const values = tensor && decodedOrNone(tensor);
    if (values) yield { layer, values, inputsFirst: weight.inputsFirst };
  }
}

/** The largest constant that a node reads, of two axes or more: biases, scales and zero points are smaller. */
function storedWeight(graph: Graph, node: NodeProto): StoredWeight | undefined {
  let largest: { readonly index: number; readonly size: number } | undefined;
  for (const [index, name] of node.input.entries()) {
    const { size = 0, shape = [] } = (name !== '' && constantValue(graph, name)) || {};
    if (shape.length >= 2 && size > (largest?.size ?? 0)) largest = { index, size };
  }
  if (!largest) return undefined;
  const { index } = largest;
  const isProduct = /Gemm|MatMul/.test(node.opType);
  const isTurned = intAttribute(node, index === 0 ? 'transA' : 'transB', 0) === 1;
  // x · W takes W as inputs × features, W · x as features × inputs.
  return traced(graph, node.input[index], isProduct && (index === 0) === isTurned);
}

/** Where a constant is stored, behind operators that only arrange or scale it. */
function traced(graph: Graph, value: string, inputsFirst: boolean): StoredWeight | undefined {
  const seen = new Set<string>();
  let turned = inputsFirst;
  for (let name = value; !seen.has(name); ) {
    seen.add(name);
    const node = graph.producer(name);
    const tensor =
      graph.initializer(name) ?? (node?.opType === 'Constant' ? tensorAttribute(node, 'value') : undefined);
    if (tensor) return { tensor, inputsFirst: turned };
    if (node?.opType === 'Transpose') {
      const order = intsAttribute(node, 'perm')?.join() ?? '1,0';
      if (order !== '1,0' || constantValue(graph, name)?.shape?.length !== 2) return undefined;
      turned = !turned;
    } else if (!node || !['Identity', 'Cast', 'DequantizeLinear'].includes(node.opType)) {
      return undefined;
    }
    name = node.input[0];
  }
  return undefined;
}

/** Types that JavaScript has no array for (4 bits, float8) are not read; a run does not depend on it. */
function decodedOrNone(tensor: TensorProto): DecodedTensor | undefined {
  try {
    return decodeTensor(tensor);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Rows that are turned at a time: few enough for the cache. */
const ROWS = 64;

function hashOf({ type, dims, data }: DecodedTensor, inputsFirst: boolean): string {
  const hash = createHash('sha256');
  const isReal = type === 'float32' || type === 'float64';
  const values = data instanceof Float64Array ? Float32Array.from(data) : data;
  const isTurned = inputsFirst && dims.length === 2;
  const shape = isTurned ? dims.toReversed() : dims;
  hash.update(`${isReal ? 'float32' : type} ${shape.join('×')}\n`);
  if (!isTurned) return hash.update(values).digest('hex');
  const [inputs, features] = dims;
  for (let from = 0; from < features; from += ROWS) {
    const rows = Math.min(ROWS, features - from);
    const part = values.slice(0, rows * inputs);
    for (let i = 0; i < inputs; i++) {
      for (let row = 0; row < rows; row++) part[row * inputs + i] = values[i * features + from + row];
    }
    hash.update(part);
  }
  return hash.digest('hex');
}
