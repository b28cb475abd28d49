import { create } from '@bufbuild/protobuf';
import { allocate, dataTypeOf, type ElementType, type NumericArray } from '../onnx/elementType.js';
import { type TensorProto, TensorProtoSchema } from '../onnx/proto/onnx_pb.js';

/** A tensor without a name: a scalar, or a vector where `values` is an array. */
export function constantTensor(type: ElementType, values: number | readonly number[]): TensorProto {
  const list = typeof values === 'number' ? [values] : values;
  const data = allocate(type, list.length);
  list.forEach((value, index) => {
    data[index] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value;
  });
  return tensorOf(type, typeof values === 'number' ? [] : [list.length], data);
}

/** A tensor without a name, of this shape and over this memory. */
export function tensorOf(type: ElementType, dims: readonly number[], data: NumericArray): TensorProto {
  return create(TensorProtoSchema, {
    dataType: dataTypeOf(type),
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
}
