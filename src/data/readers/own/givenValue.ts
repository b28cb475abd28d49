import type { ElementType, NumericArray } from '../../../onnx/elementType.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { isRecord } from '../../../shape/jsonShape.js';
import type { Sample } from '../../sample.js';

/** Typed arrays as what they hold: 16-bit words are numbers here, never bit patterns of float16. */
const types: readonly (readonly [new (length: number) => NumericArray, ElementType])[] = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int8Array, 'int8'],
  [Int16Array, 'int16'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'uint16'],
  [Uint32Array, 'uint32'],
  [BigUint64Array, 'uint64'],
];

/**
 * What a reader of the user's gave for an input: numbers, or `{ data, dims }`.
 *
 * @returns what is wrong with it, in words.
 */
export function givenValue(
  value: unknown,
  { name }: ModelInput,
): Pick<Sample, 'type' | 'data' | 'dims'> | string {
  if (value === undefined) return `the reader gave nothing for input ${name}`;
  const isWrapped = isRecord(value) && 'data' in value && !ArrayBuffer.isView(value);
  const given: unknown = isWrapped ? value.data : value;
  const numbers = Array.isArray(given) ? plainNumbers(given) : typed(given);
  if (!numbers) return `the reader gave no typed array and no list of numbers for input ${name}`;
  if (!isWrapped) return { ...numbers, dims: [numbers.data.length] };
  const { dims } = value;
  if (!Array.isArray(dims) || !dims.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    return `the reader gave dims for input ${name} that are no list of sizes`;
  }
  const elements = dims.reduce((product: number, size: number) => product * size, 1);
  if (elements !== numbers.data.length) {
    return `the reader gave ${numbers.data.length} values for input ${name}, but dims ${dims.join('×')} take ${elements}`;
  }
  return { ...numbers, dims };
}

function typed(value: unknown): { type: ElementType; data: NumericArray } | undefined {
  for (const [kind, type] of types) {
    // A Buffer is an Uint8Array.
    if (value instanceof kind) return { type, data: value };
  }
  return undefined;
}

function plainNumbers(values: readonly unknown[]): { type: ElementType; data: NumericArray } | undefined {
  if (!values.every((value) => typeof value === 'number')) return undefined;
  return { type: 'float64', data: Float64Array.from(values) };
}
