import { UserError } from '../errors.js';
import {
  allocate,
  bytesPerElement,
  type ElementType,
  elementTypeOf,
  type NumericArray,
} from './elementType.js';
import { type TensorProto, TensorProto_DataLocation } from './proto/onnx_pb.js';

/** A stored tensor as plain values, row-major. */
export interface DecodedTensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** `dims` multiplied elements in a buffer of their own. */
  readonly data: NumericArray;
}

/**
 * The values of a `TensorProto`, wherever it keeps them: `raw_data` or one of the typed fields
 * (`int32_data` also carries the 8- and 16-bit integers, bool, float16 and bfloat16 bit patterns).
 *
 * @throws UserError for strings, external data, unknown types, and a number of values that does not match `dims`.
 */
export function decodeTensor(proto: TensorProto): DecodedTensor {
  const name = proto.name === '' ? 'a tensor' : `tensor ${proto.name}`;
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL || proto.externalData.length > 0) {
    throw new UserError(`${name} keeps its values in an external file: store them in the tensor itself`);
  }
  const type = elementTypeOf(proto.dataType);
  if (type === undefined || type === 'string') {
    throw new UserError(
      `${name} is of ${type === 'string' ? 'strings' : `data type ${proto.dataType}`}: only real numbers and bool are supported`,
    );
  }
  const dims = proto.dims.map(Number);
  const length = dims.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(length) || dims.some((size) => size < 0)) {
    throw new UserError(`${name} has the impossible shape [${dims.join(', ')}]: write it again`);
  }
  const wrongLength = (given: number, unit: string): UserError =>
    new UserError(
      `${name} of shape [${dims.join(', ')}] holds ${given} ${unit}, which does not match its shape: it is truncated or was written wrongly`,
    );
  if (proto.rawData.length > 0 || length === 0) {
    const data = elementsOf(proto.rawData, type);
    if (data?.length !== length) throw wrongLength(proto.rawData.length, `bytes of ${type}`);
    return { type, dims, data };
  }
  const values = storedValues(proto, type);
  if (values.length !== length) throw wrongLength(values.length, 'values');
  return { type, dims, data: filled(type, values) };
}

/** `undefined` where the bytes are no whole number of elements. raw_data is unaligned, so it is copied. */
function elementsOf(bytes: Uint8Array, type: ElementType): NumericArray | undefined {
  const size = bytesPerElement(type);
  if (bytes.length % size !== 0) return undefined;
  const data = allocate(type, bytes.length / size);
  new Uint8Array(data.buffer).set(bytes);
  return data;
}

function storedValues(proto: TensorProto, type: ElementType): readonly (number | bigint)[] {
  switch (type) {
    case 'float32':
      return proto.floatData;
    case 'float64':
      return proto.doubleData;
    case 'int64':
      return proto.int64Data;
    case 'uint32':
    case 'uint64':
      return proto.uint64Data;
    default:
      return proto.int32Data;
  }
}

function filled(type: ElementType, values: readonly (number | bigint)[]): NumericArray {
  const data = allocate(type, values.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) data[i] = BigInt(values[i]);
  } else {
    for (let i = 0; i < values.length; i++) data[i] = Number(values[i]);
  }
  return data;
}
