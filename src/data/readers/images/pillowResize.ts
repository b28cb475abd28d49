import type { Area } from './imageGeometry.js';
import { type AxisWeights, axisWeights, type Filter, PRECISION } from './pillowWeights.js';
import { type Pixels, roomLike } from './pixels.js';

/**
 * Resizes as Pillow does, to the last bit of 8-bit values: half-pixel centres, across and then down (Pillow 13 sometimes
 * goes down first, which moves values by their last bit), rounded after each axis.
 *
 * @param area of the resized image that is wanted: the rest is not computed.
 */
export function pillowResize(
  pixels: Pixels,
  size: { readonly width: number; readonly height: number },
  how: Filter,
  area: Area,
): Pixels {
  const { width, height } = pixels;
  const rows = height === size.height ? undefined : axisWeights(height, size.height, how);
  const last = area.top + area.height - 1;
  // Only rows that the wanted ones are made of.
  const top = rows ? rows.first[area.top] : area.top;
  const end = rows ? rows.first[last] + rows.start[last + 1] - rows.start[last] : last + 1;
  const wide =
    width === size.width
      ? columnsOf(pixels, area.left, area.width, top, end)
      : filteredAcross(pixels, axisWeights(width, size.width, how), area.left, area.width, top, end);
  return rows ? filteredDown(wide, rows, area.top, area.height, top) : wide;
}

/** Rows `top` to `end` (excluded), and of them `width` columns from `left` on, as they are. */
function columnsOf(
  { values, width: whole, channels }: Pixels,
  left: number,
  width: number,
  top: number,
  end: number,
): Pixels {
  const height = end - top;
  if (left === 0 && width === whole) {
    return {
      values: values.subarray(top * whole * channels, end * whole * channels),
      width,
      height,
      channels,
    };
  }
  const result = roomLike(values, height * width * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * whole + left) * channels;
    result.set(values.subarray(from, from + width * channels), y * width * channels);
  }
  return { values: result, width, height, channels };
}

function filteredAcross(
  { values, width: whole, channels }: Pixels,
  axis: AxisWeights,
  left: number,
  width: number,
  top: number,
  end: number,
): Pixels {
  const height = end - top;
  const result = roomLike(values, height * width * channels);
  const about = { width, height, channels };
  if (values instanceof Uint8Array && result instanceof Uint8Array) {
    for (let y = 0; y < height; y++) {
      const row = (top + y) * whole * channels;
      const to = y * width * channels;
      if (channels === 3) coloursAcross(values, row, axis, left, width, result, to);
      else bytesAcross(values, row, channels, axis, left, width, result, to);
    }
    return { values: result, ...about };
  }
  const { first, start, weights } = axis;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = left; x < left + width; x++) {
      for (let c = 0; c < channels; c++, to++) {
        const from = ((top + y) * whole + first[x]) * channels + c;
        result[to] = wordSum(values, from, channels, weights, start[x], start[x + 1]);
      }
    }
  }
  return { values: result, ...about };
}

/** One row of three channels. */
function coloursAcross(
  values: Uint8Array,
  row: number,
  { first, start, fixed }: AxisWeights,
  left: number,
  width: number,
  result: Uint8Array,
  target: number,
): void {
  for (let x = left, to = target; x < left + width; x++, to += 3) {
    let [red, green, blue] = [HALF, HALF, HALF];
    for (let k = start[x], at = row + 3 * first[x]; k < start[x + 1]; k++, at += 3) {
      const weight = fixed[k];
      red = (red + Math.imul(weight, values[at])) | 0;
      green = (green + Math.imul(weight, values[at + 1])) | 0;
      blue = (blue + Math.imul(weight, values[at + 2])) | 0;
    }
    result[to] = byteOf(red);
    result[to + 1] = byteOf(green);
    result[to + 2] = byteOf(blue);
  }
}

/** One row of any number of channels. */
function bytesAcross(
  values: Uint8Array,
  row: number,
  channels: number,
  { first, start, fixed }: AxisWeights,
  left: number,
  width: number,
  result: Uint8Array,
  target: number,
): void {
  for (let x = left, to = target; x < left + width; x++) {
    for (let c = 0; c < channels; c++, to++) {
      let sum = HALF;
      for (let k = start[x], at = row + channels * first[x] + c; k < start[x + 1]; k++, at += channels) {
        sum = (sum + Math.imul(fixed[k], values[at])) | 0;
      }
      result[to] = byteOf(sum);
    }
  }
}

/** @param top the row of the whole image that is the first of these. */
function filteredDown(
  { values, width, channels }: Pixels,
  axis: AxisWeights,
  from: number,
  height: number,
  top: number,
): Pixels {
  const stride = width * channels;
  const result = roomLike(values, height * stride);
  const { first, start, weights, fixed } = axis;
  for (let y = 0; y < height; y++) {
    const [begin, end] = [start[from + y], start[from + y + 1]];
    const row = (first[from + y] - top) * stride;
    if (values instanceof Uint8Array && result instanceof Uint8Array) {
      bytesDown(values, row, stride, fixed, begin, end, result, y * stride);
      continue;
    }
    for (let x = 0; x < stride; x++) {
      result[y * stride + x] = wordSum(values, row + x, stride, weights, begin, end);
    }
  }
  return { values: result, width, height, channels };
}

/** One row of the result. */
function bytesDown(
  values: Uint8Array,
  row: number,
  stride: number,
  fixed: Int32Array,
  begin: number,
  end: number,
  result: Uint8Array,
  target: number,
): void {
  for (let x = 0; x < stride; x++) {
    let sum = HALF;
    for (let k = begin, at = row + x; k < end; k++, at += stride) {
      sum = (sum + Math.imul(fixed[k], values[at])) | 0;
    }
    result[target + x] = byteOf(sum);
  }
}

const HALF = 1 << (PRECISION - 1);

function byteOf(sum: number): number {
  const value = sum >> PRECISION;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function wordSum(
  values: Uint8Array | Uint16Array,
  from: number,
  step: number,
  weights: Float64Array,
  begin: number,
  end: number,
): number {
  let sum = 0.5;
  for (let k = begin, at = from; k < end; k++, at += step) sum += weights[k] * values[at];
  return Math.min(65535, Math.max(0, Math.floor(sum)));
}
