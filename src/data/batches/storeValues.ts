import type { ElementType, NumericArray } from '../../onnx/elementType.js';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './halfPrecision.js';

/** Smallest and largest value of each integer type that a JavaScript number can hold exactly. */
const ranges: Readonly<Partial<Record<ElementType, readonly [number, number]>>> = {
  bool: [0, 1],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 2 ** 32 - 1],
};

/**
 * Writes values of one type into `target`, an array of another type, from element `offset` on.
 * Floating values round to the nearest; an integer target takes nothing but what it can hold exactly.
 *
 * @returns what is wrong, in words, at the first value that does not convert.
 */
export function storeValues(
  from: ElementType,
  source: NumericArray,
  to: ElementType,
  target: NumericArray,
  offset: number,
): string | undefined {
  const wide = source instanceof BigInt64Array || source instanceof BigUint64Array;
  if (target instanceof BigInt64Array || target instanceof BigUint64Array) {
    if (wide && from === to) target.set(source, offset);
    else return storeWide(numbersOf(from, source), to, target, offset);
    return undefined;
  }
  if (from === to && !wide) {
    target.set(source, offset);
    return undefined;
  }
  const values = numbersOf(from, source);
  const range = ranges[to];
  if (range) return storeIntegers(values, to, range, target, offset);
  if (to === 'float16' || to === 'bfloat16') {
    const encode = to === 'float16' ? toFloat16 : toBfloat16;
    for (let i = 0; i < values.length; i++) target[offset + i] = encode(Number(values[i]));
  } else if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) target[offset + i] = Number(values[i]);
  } else {
    target.set(values, offset);
  }
  return undefined;
}

/** The same values in an array whose elements are the values themselves, not bit patterns. */
function numbersOf(type: ElementType, source: NumericArray): NumericArray {
  if (type !== 'float16' && type !== 'bfloat16') return source;
  const decode = type === 'float16' ? fromFloat16 : fromBfloat16;
  const values = new Float32Array(source.length);
  for (let i = 0; i < values.length; i++) values[i] = decode(Number(source[i]));
  return values;
}

function storeIntegers(
  values: NumericArray,
  to: ElementType,
  [lowest, highest]: readonly [number, number],
  target: Exclude<NumericArray, BigInt64Array | BigUint64Array>,
  offset: number,
): string | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const number = Number(value);
    if (!Number.isInteger(number)) return notAnInteger(value, to);
    if (number < lowest || number > highest) return `the value ${value} does not fit the input's type ${to}`;
    target[offset + i] = number;
  }
  return undefined;
}

function storeWide(
  values: NumericArray,
  to: ElementType,
  target: BigInt64Array | BigUint64Array,
  offset: number,
): string | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number' && !Number.isInteger(value)) return notAnInteger(value, to);
    const exact = BigInt(value);
    const wrapped = to === 'int64' ? BigInt.asIntN(64, exact) : BigInt.asUintN(64, exact);
    if (wrapped !== exact) return `the value ${value} does not fit the input's type ${to}`;
    target[offset + i] = exact;
  }
  return undefined;
}

const notAnInteger = (value: number | bigint, to: ElementType): string =>
  `the value ${value} is not an integer, but the input is of type ${to}`;
