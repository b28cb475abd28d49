import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { decodeTensor } from '../onnx/tensor.js';
import { namesRead } from '../onnx/walk.js';
import type { Layer } from './layer.js';

/** A decoder of boxes has as many bins; anything larger is not looked at. */
const MAX_BINS = 1024;

/**
 * The layers from which the model's outputs are reached without passing another layer: every head of a detector,
 * auxiliary heads, an encoder's output that is also used further on. A fixed convolution that decodes (see
 * `isFixedDecoder`) is passed: what it is fed has the width that the task gives it. Takes time proportional to the
 * model.
 *
 * @param layers all layers of the model, not only those that are observed.
 * @returns their names, in the order of `layers`.
 */
export function outputLayers(model: ModelFile, layers: readonly Layer[]): string[] {
  const graph = new Graph(model.graph, model.proto);
  const layerOf = new Map<NodeProto, Layer>();
  for (const layer of layers) {
    const node = layer.unnamed ? model.graph.node[layer.unnamed.nodeIndex] : graph.producer(layer.output);
    if (node) layerOf.set(node, layer);
  }
  const found = new Set<Layer>();
  const waiting = model.graph.output.map(({ name }) => name);
  const seen = new Set<string>(waiting);
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const node = graph.producer(value);
    if (!node) continue;
    const layer = layerOf.get(node);
    if (layer && !isFixedDecoder(node, graph)) {
      found.add(layer);
      continue;
    }
    for (const name of namesRead(node)) {
      if (seen.has(name)) continue;
      seen.add(name);
      waiting.push(name);
    }
  }
  return layers.filter((layer) => found.has(layer)).map(({ name }) => name);
}

/**
 * A 1×1 convolution to one feature whose weights are 0, 1, 2, …: the expected bin of a distribution, by which detectors
 * decode boxes ("Generalized Focal Loss", Li et al. 2020). Nothing in it was learned.
 */
function isFixedDecoder(node: NodeProto, graph: Graph): boolean {
  const weight = node.opType === 'Conv' ? graph.initializer(node.input[1] ?? '') : undefined;
  if (!weight || weight.externalData.length > 0) return false;
  const dims = weight.dims.map(Number);
  const isOneByOne = dims.every((size, axis) => axis === 1 || size === 1);
  if (!isOneByOne || !(dims[1] > 1 && dims[1] <= MAX_BINS)) return false;
  const { type, data } = decodeTensor(weight);
  return (type === 'float32' || type === 'float64') && data.every((value, bin) => Number(value) === bin);
}
