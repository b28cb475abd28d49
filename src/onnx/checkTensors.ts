import { UserError } from '../errors.js';
import { bytesPerElement, elementTypeOf } from './elementType.js';
import type { ModelProto, TensorProto } from './proto/onnx_pb.js';
import { storedTensors } from './walk.js';

/**
 * Checks that every stored tensor can be what its dimensions say. ONNX Runtime does so too, in words that name neither
 * the tensor nor what is wrong with it.
 *
 * @throws UserError naming the file and the tensor.
 */
export function checkTensors(model: ModelProto, path: string): void {
  for (const tensor of storedTensors(model)) {
    const fault = faultOf(tensor);
    if (fault === undefined) continue;
    const name = tensor.name === '' ? 'a tensor' : `tensor ${tensor.name}`;
    throw new UserError(
      `${path} is not a valid ONNX model or is damaged (${name} ${fault}): export or copy it again`,
    );
  }
}

function faultOf({ dims, dataType, rawData }: TensorProto): string | undefined {
  const shape = `shape [${dims.join(', ')}]`;
  // An empty tensor has strides all the same, which nothing may multiply beyond what can be counted.
  const counted = dims.reduce((product, size) => product * Number(size || 1n), 1);
  if (!Number.isSafeInteger(counted) || dims.some((size) => size < 0n)) return `has the impossible ${shape}`;
  const type = elementTypeOf(dataType);
  if (type === undefined || type === 'string' || rawData.length === 0) return undefined;
  const wanted = dims.some((size) => size === 0n) ? 0 : counted * bytesPerElement(type);
  return rawData.length === wanted
    ? undefined
    : `holds ${rawData.length} bytes, where its ${shape} of ${type} takes ${wanted}`;
}
