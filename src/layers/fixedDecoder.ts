import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { decodeTensor } from '../onnx/tensor.js';

/** A decoder of boxes has as many bins; anything larger is not looked at. */
const MAX_BINS = 1024;

/**
 * A 1×1 convolution to one feature whose weights are 0, 1, 2, …: the expected bin of a distribution, by which detectors
 * decode boxes ("Generalized Focal Loss", Li et al. 2020). Nothing in it was learned.
 */
export function isFixedDecoder(node: NodeProto, graph: Graph): boolean {
  const weight = node.opType === 'Conv' ? graph.initializer(node.input[1] ?? '') : undefined;
  if (!weight || weight.externalData.length > 0) return false;
  const dims = weight.dims.map(Number);
  const isOneByOne = dims.every((size, axis) => axis === 1 || size === 1);
  if (!isOneByOne || !(dims[1] > 1 && dims[1] <= MAX_BINS)) return false;
  const { type, data } = decodeTensor(weight);
  return (type === 'float32' || type === 'float64') && data.every((value, bin) => Number(value) === bin);
}
