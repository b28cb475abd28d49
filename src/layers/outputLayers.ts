import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { namesRead } from '../onnx/walk.js';
import { isFixedDecoder } from './fixedDecoder.js';
import { indexOf, type Layer } from './layer.js';

const SIZES = new Set(['Shape', 'Size']);

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
    const index = indexOf(layer);
    const node = index === undefined ? graph.producer(layer.output) : model.graph.node[index];
    if (node) layerOf.set(node, layer);
  }
  const found = new Set<Layer>();
  const waiting = model.graph.output.map(({ name }) => name);
  const seen = new Set<string>(waiting);
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const node = graph.producer(value);
    // How large something is says nothing of what it holds.
    if (!node || SIZES.has(node.opType)) continue;
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
