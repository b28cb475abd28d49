/** The element types that ONNX Runtime takes and gives at its boundary, by the names it uses there. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string';

/** Typed arrays that carry tensor data. float16 and bfloat16 travel as their bit patterns in a `Uint16Array`. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** `TensorProto.DataType` numbers → names. Types that no layer can have (complex, float8, 4-bit) are absent. */
const byDataType: ReadonlyMap<number, ElementType> = new Map([
  [1, 'float32'],
  [2, 'uint8'],
  [3, 'int8'],
  [4, 'uint16'],
  [5, 'int16'],
  [6, 'int32'],
  [7, 'int64'],
  [8, 'string'],
  [9, 'bool'],
  [10, 'float16'],
  [11, 'float64'],
  [12, 'uint32'],
  [13, 'uint64'],
  [16, 'bfloat16'],
]);

const byElementType: ReadonlyMap<ElementType, number> = new Map(
  [...byDataType].map(([n, type]) => [type, n]),
);

/** The element type of a `TensorProto.DataType` number, `undefined` where it has no name here. */
export function elementTypeOf(dataType: number): ElementType | undefined {
  return byDataType.get(dataType);
}

/** The `TensorProto.DataType` number of an element type. */
export function dataTypeOf(type: ElementType): number {
  const dataType = byElementType.get(type);
  if (dataType === undefined) throw new Error(`no ONNX data type is called ${type}`);
  return dataType;
}

/** What carries tensors of each type but strings. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

function arrayOf(type: ElementType) {
  if (type === 'string') throw new Error('string tensors have no typed array');
  return arrays[type];
}

/** Bytes an element. */
export const bytesPerElement = (type: ElementType): number => arrayOf(type).BYTES_PER_ELEMENT;

/** A zeroed array of `length` elements that can carry tensors of `type`. */
export const allocate = (type: ElementType, length: number): NumericArray => new (arrayOf(type))(length);

/** The same over all of a buffer. */
export const arrayIn = (type: ElementType, buffer: ArrayBuffer): NumericArray => new (arrayOf(type))(buffer);
