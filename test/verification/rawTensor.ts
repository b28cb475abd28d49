import type { Tensor } from 'onnxruntime-node';

/** A tensor as it came out of the model, as float64 numbers. */
export interface RawTensor {
  readonly dims: readonly number[];
  readonly values: Float64Array;
}

/** Copies a tensor of any numeric type. */
export function rawTensor({ type, dims, data }: Tensor): RawTensor {
  const values = new Float64Array(data.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    data.forEach((value, i) => {
      values[i] = Number(value);
    });
  } else if (type === 'float16' && data instanceof Uint16Array) {
    data.forEach((bits, i) => {
      values[i] = halfValue(bits);
    });
  } else if (Array.isArray(data)) {
    throw new TypeError('a tensor of strings is no activation');
  } else {
    values.set(data);
  }
  return { dims, values };
}

/** (q − zeroPoint) · scale, with one scale for all or one a channel (axis 1), in float32 as ONNX defines it. */
export function dequantized(tensor: RawTensor, scale: RawTensor, zeroPoint?: RawTensor): RawTensor {
  const { dims, values } = tensor;
  const channels = scale.values.length;
  const inner = channels === 1 ? values.length : dims.slice(2).reduce((product, size) => product * size, 1);
  const real = values.map((q, i) => {
    const channel = Math.floor(i / inner) % channels;
    return Math.fround(Math.fround(q - (zeroPoint?.values[channel] ?? 0)) * scale.values[channel]);
  });
  return { dims, values: real };
}

function halfValue(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
