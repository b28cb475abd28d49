import { type ElementType, elementTypeOf } from '../../src/onnx/elementType.js';
import type { TensorProto } from '../../src/onnx/proto/onnx_pb.js';

/** A tensor as plain numbers, whatever its element type was. */
export interface RawTensor {
  readonly dims: readonly number[];
  readonly values: Float64Array;
}

/** The value of a float16 bit pattern (IEEE 754 binary16). */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

/** The bit pattern of the float16 nearest to a number of ordinary size; small ones become 0. */
export function float16Bits(value: number): number {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size < 2 ** -14) return sign;
  const exponent = Math.floor(Math.log2(size));
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + Math.round((size / 2 ** exponent - 1) * 1024));
}

/** What ONNX Runtime gives, as plain numbers. */
export function rawTensor(tensor: {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint | string>;
}): RawTensor {
  const decode =
    tensor.type === 'float16' ? (v: unknown) => float16Value(Number(v)) : (v: unknown) => Number(v);
  return { dims: tensor.dims, values: Float64Array.from(Array.from(tensor.data, decode)) };
}

/** The numbers that a `TensorProto` stores, in `raw_data` or in a typed list. */
export function storedValues(tensor: TensorProto): {
  type: ElementType;
  dims: number[];
  values: (number | bigint)[];
} {
  const type = elementTypeOf(tensor.dataType);
  if (type === undefined) throw new Error(`data type ${tensor.dataType} has no name`);
  const dims = tensor.dims.map(Number);
  const length = dims.reduce((size, dim) => size * dim, 1);
  if (tensor.rawData.length === 0) {
    const lists = [
      tensor.floatData,
      tensor.int32Data,
      tensor.int64Data,
      tensor.doubleData,
      tensor.uint64Data,
    ];
    return { type, dims, values: [...(lists.find((list) => list.length === length) ?? [])] };
  }
  const { buffer, byteOffset, byteLength } = tensor.rawData;
  const view = new DataView(buffer, byteOffset, byteLength);
  const read = readers[type];
  if (!read) throw new Error(`no reader for ${type}`);
  const width = byteLength / length;
  return { type, dims, values: Array.from({ length }, (_, i) => read(view, i * width)) };
}

const readers: Partial<Record<ElementType, (view: DataView, at: number) => number | bigint>> = {
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int32: (view, at) => view.getInt32(at, true),
  int64: (view, at) => view.getBigInt64(at, true),
};
