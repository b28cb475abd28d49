import type { ElementType, NumericArray } from '../../../onnx/elementType.js';
import type { Sample } from '../../sample.js';
import type { ImagePlan } from './imagePlan.js';

/** Decoded pixels, row by row, channels interleaved. */
export interface Pixels {
  /** 16-bit values where the file has them and the input can use them. */
  readonly values: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** An array of the same kind. */
export const roomLike = (values: Uint8Array | Uint16Array, length: number): Uint8Array | Uint16Array =>
  values instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);

/** Weights of red, green and blue in gray (ITU-R 601, in 65536ths), as Pillow's `convert('L')` has them. */
const LUMA = [19595, 38470, 7471];
/** A 16-bit value in units of an 8-bit one: 65535 / 257 = 255. */
const DEEP = 257;

/**
 * Pixels as a sample: in the channel order and layout of an input, scaled and normalized by the plan. They are spread over
 * numbers of the input's kind only when these are asked for, or where they are to go at once.
 */
export function arrangePixels(
  pixels: Pixels,
  plan: ImagePlan,
  type: ElementType,
  about: Pick<Sample, 'origin' | 'label' | 'begins'>,
): Sample {
  const { width, height } = pixels;
  const channels = plan.color === 'gray' ? 1 : pixels.channels;
  const given = typeGiven(plan, type);
  let data: NumericArray | undefined;
  return {
    ...about,
    type: given,
    dims: dimsOf(plan.layout, channels, height, width),
    get data() {
      data ??= spread(pixels, plan, roomOf(given, width * height * channels), 0);
      return data;
    },
    ...(given === 'float32'
      ? {
          writeTo(target, offset) {
            spread(pixels, plan, target, offset);
          },
        }
      : {}),
  };
}

/** Spreads pixels over `array`, from element `offset` on. */
function spread<Values extends Numbers>(
  pixels: Pixels,
  plan: ImagePlan,
  array: Values,
  offset: number,
): Values {
  const planes = plan.color === 'gray' ? [grayPlane(pixels)] : colorPlanes(pixels, plan.color === 'bgr');
  const count = pixels.width * pixels.height;
  const interleaved = plan.layout === 'nhwc';
  for (const [c, { at, step, values }] of planes.entries()) {
    const deep = values instanceof Uint16Array ? DEEP : 1;
    let target = offset + (interleaved ? c : c * count);
    const stride = interleaved ? planes.length : 1;
    if (values instanceof Uint8Array && array instanceof Float32Array) {
      looked(values, at, step, normalizedBytes(plan, c), { array, at: target, step: stride }, count);
      continue;
    }
    for (let i = 0, from = at; i < count; i++, from += step, target += stride) {
      array[target] = normalize(values[from] / deep, plan, c);
    }
  }
  return array;
}

/** Most images take this way: a loop over arrays of one kind each is several times as fast as one over any. */
function looked(
  values: Uint8Array,
  at: number,
  step: number,
  table: Float32Array,
  to: { readonly array: Float32Array; readonly at: number; readonly step: number },
  count: number,
): void {
  const { array, step: stride } = to;
  for (let i = 0, from = at, target = to.at; i < count; i++, from += step, target += stride) {
    array[target] = table[values[from]];
  }
}

function dimsOf(layout: ImagePlan['layout'], channels: number, height: number, width: number): number[] {
  switch (layout) {
    case 'nchw':
      return [channels, height, width];
    case 'nhwc':
      return [height, width, channels];
    case 'hw':
      return [height, width];
    case 'flat':
      return [channels * height * width];
  }
}

/** Where the values of a channel stand: every `step`-th from `at` on. */
interface Plane {
  readonly values: Uint8Array | Uint16Array;
  readonly at: number;
  readonly step: number;
}

function colorPlanes({ values, channels }: Pixels, reversed: boolean): Plane[] {
  const planes = Array.from({ length: channels }, (_, at) => ({ values, at, step: channels }));
  return reversed ? planes.reverse() : planes;
}

function grayPlane({ values, channels, width, height }: Pixels): Plane {
  if (channels < 3) return { values, at: 0, step: channels };
  const gray =
    values instanceof Uint8Array ? new Uint8Array(width * height) : new Uint16Array(width * height);
  const [r, g, b] = LUMA;
  for (let i = 0, from = 0; i < gray.length; i++, from += channels) {
    // Not shifted: 16-bit values would leave the 32 bits of a shift.
    gray[i] = Math.floor((r * values[from] + g * values[from + 1] + b * values[from + 2] + 32768) / 65536);
  }
  return { values: gray, at: 0, step: 1 };
}

const normalize = (value: number, { scale, mean, std }: ImagePlan, channel: number): number =>
  (value * scale - mean[channel]) / std[channel];

/** By plan and channel, since a table is made for a pixel in two hundred otherwise. */
const tables = new WeakMap<ImagePlan, Map<number, Float32Array>>();

/** The normalized value of each 8-bit one. */
function normalizedBytes(plan: ImagePlan, channel: number): Float32Array {
  const known = tables.get(plan) ?? new Map<number, Float32Array>();
  tables.set(plan, known);
  const table =
    known.get(channel) ?? Float32Array.from({ length: 256 }, (_, value) => normalize(value, plan, channel));
  known.set(channel, table);
  return table;
}

type Numbers = Uint8Array | Float32Array | Float64Array;

function typeGiven({ scale, mean, std }: ImagePlan, type: ElementType): 'uint8' | 'float32' | 'float64' {
  const untouched = scale === 1 && mean.every((m) => m === 0) && std.every((s) => s === 1);
  const floating = type.startsWith('float') || type === 'bfloat16';
  if (untouched && !floating) return 'uint8';
  // float64 also for integer inputs, which check that nothing was lost.
  return type === 'float32' ? type : 'float64';
}

function roomOf(type: 'uint8' | 'float32' | 'float64', length: number): Numbers {
  if (type === 'uint8') return new Uint8Array(length);
  return type === 'float32' ? new Float32Array(length) : new Float64Array(length);
}
