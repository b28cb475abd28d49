import { findLayers } from '../../src/layers/findLayers.js';
import type { Layer } from '../../src/layers/layer.js';
import type { NodeProto, TensorProto, ValueInfoProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { model, tensor, value } from '../support/models.js';

/** A float32 tensor of zeros: layers are told by shapes alone. */
export const zeros = (name: string, ...dims: number[]): TensorProto =>
  tensor(name, 'float32', dims, new Array(dims.reduce((size, dim) => size * dim, 1)).fill(0));

interface Given {
  readonly inputs?: readonly ValueInfoProto[];
  readonly initializers?: readonly TensorProto[];
  /** Values whose shapes the model declares. */
  readonly declared?: readonly ValueInfoProto[];
  readonly outputs?: readonly string[];
  readonly ops?: readonly string[];
}

/** What is found in a graph of these nodes, whose input `x` has an open shape; layers in bodies are among the others. */
export function found(nodes: readonly NodeProto[], given: Given = {}) {
  const {
    inputs = [value('x', 'float32')],
    initializers = [],
    declared = [],
    outputs = [],
    ops = [],
  } = given;
  const proto = model({ nodes, inputs, outputs, initializers });
  proto.graph?.valueInfo.push(...declared);
  const { all, notObservable } = findLayers(inMemory(proto), ops);
  return { layers: all, notObservable };
}

/** The only layer of such a graph, where nothing else was left out either. */
export function onlyLayer(nodes: readonly NodeProto[], given: Given = {}): Layer {
  const { layers, notObservable } = found(nodes, given);
  if (layers.length !== 1 || notObservable.length > 0) {
    throw new Error(`not one layer but ${JSON.stringify({ layers, notObservable })}`);
  }
  return layers[0];
}
