import type { Resampling } from '../../options.js';
import type { PixelSize } from './imageGeometry.js';
import type { Pixels } from './pixels.js';

type Filter = Exclude<Resampling, 'nearest' | 'opencv-linear'>;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Weight by distance from the centre, and the distance beyond which it is 0: those of Pillow's `Resample.c`. */
const filters: Readonly<Record<Filter, { readonly support: number; weight(x: number): number }>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: {
    support: 2,
    weight(given) {
      const [x, a] = [Math.abs(given), -0.5];
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Bits behind the point of a weight, so that eight of a value, two of sums and these make 32. */
const PRECISION = 32 - 8 - 2;

/** For each position along an axis, where its weights begin and what they are; they add up to 1. */
interface AxisWeights {
  readonly first: number;
  readonly weights: Float64Array;
  /** The same in units of 2⁻²². */
  readonly fixed: Int32Array;
}

/**
 * Resizes as Pillow does, to the last bit of 8-bit values: half-pixel centres, across and then down (Pillow 13 sometimes
 * goes down first, which moves values by their last bit), rounded after each axis. `opencv-linear` as OpenCV's `resize` with its default interpolation.
 */
export function resample(pixels: Pixels, size: PixelSize, how: Resampling = 'bilinear'): Pixels {
  if (how === 'nearest') return nearest(pixels, size);
  if (how === 'opencv-linear') return openCvLinear(pixels, size);
  const { width, height } = pixels;
  const across = (given: Pixels) =>
    width === size.width ? given : filteredAcross(given, axisWeights(width, size.width, how));
  const down = (given: Pixels) =>
    height === size.height ? given : filteredDown(given, axisWeights(height, size.height, how));
  return down(across(pixels));
}

function axisWeights(from: number, to: number, how: Filter): AxisWeights[] {
  const { support, weight } = filters[how];
  const scale = from / to;
  const wide = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support * wide + 0.5));
    const end = Math.min(from, Math.trunc(centre + support * wide + 0.5));
    const weights = new Float64Array(end - first);
    for (let k = 0; k < weights.length; k++) weights[k] = weight((first + k - centre + 0.5) * (1 / wide));
    const total = weights.reduce((sum, each) => sum + each, 0);
    for (let k = 0; k < weights.length; k++) weights[k] /= total === 0 ? 1 : total;
    const fixed = Int32Array.from(weights, (each) =>
      Math.trunc((each < 0 ? -0.5 : 0.5) + each * 2 ** PRECISION),
    );
    return { first, weights, fixed };
  });
}

function filteredAcross({ values, width, height, channels }: Pixels, across: readonly AxisWeights[]): Pixels {
  const result = roomLike(values, height * across.length * channels);
  const isByte = values instanceof Uint8Array;
  for (let y = 0, to = 0; y < height; y++) {
    for (const { first, weights, fixed } of across) {
      for (let c = 0; c < channels; c++, to++) {
        const from = (y * width + first) * channels + c;
        result[to] = isByte
          ? byteSum(values, from, channels, fixed)
          : wordSum(values, from, channels, weights);
      }
    }
  }
  return { values: result, width: across.length, height, channels };
}

function filteredDown({ values, width, channels }: Pixels, down: readonly AxisWeights[]): Pixels {
  const stride = width * channels;
  const result = roomLike(values, down.length * stride);
  const isByte = values instanceof Uint8Array;
  for (const [y, { first, weights, fixed }] of down.entries()) {
    for (let x = 0; x < stride; x++) {
      const from = first * stride + x;
      result[y * stride + x] = isByte
        ? byteSum(values, from, stride, fixed)
        : wordSum(values, from, stride, weights);
    }
  }
  return { values: result, width, height: down.length, channels };
}

function byteSum(values: Uint8Array, from: number, step: number, fixed: Int32Array): number {
  let sum = 1 << (PRECISION - 1);
  for (let k = 0, at = from; k < fixed.length; k++, at += step) sum += fixed[k] * values[at];
  const value = sum >> PRECISION;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function wordSum(
  values: Uint8Array | Uint16Array,
  from: number,
  step: number,
  weights: Float64Array,
): number {
  let sum = 0.5;
  for (let k = 0, at = from; k < weights.length; k++, at += step) sum += weights[k] * values[at];
  return Math.min(65535, Math.max(0, Math.floor(sum)));
}

function nearest({ values, width, height, channels }: Pixels, size: PixelSize): Pixels {
  const result = roomLike(values, size.width * size.height * channels);
  const [across, down] = [nearestPlaces(width, size.width), nearestPlaces(height, size.height)];
  for (let y = 0, to = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const from = (down[y] * width + across[x]) * channels;
      for (let c = 0; c < channels; c++) result[to++] = values[from + c];
    }
  }
  return { values: result, width: size.width, height: size.height, channels };
}

/** Added up as Pillow does it, since a place between two pixels falls to either side by its last bit. */
function nearestPlaces(from: number, to: number): Int32Array {
  const step = from / to;
  const places = new Int32Array(to);
  for (let i = 0, at = 0.5 * step; i < to; i++, at += step) places[i] = Math.min(from - 1, Math.floor(at));
  return places;
}

/** Bits behind the point of OpenCV's weights of 8-bit images. */
const OPENCV_BITS = 11;

/** OpenCV's `resizeLinear`: two neighbours an axis, in fixed point; halving both sides is the mean of four. */
function openCvLinear(pixels: Pixels, size: PixelSize): Pixels {
  const { values, width, height, channels } = pixels;
  const result = roomLike(values, size.width * size.height * channels);
  const stride = width * channels;
  if (width === 2 * size.width && height === 2 * size.height) {
    for (let y = 0, to = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        for (let c = 0; c < channels; c++) {
          const at = 2 * y * stride + 2 * x * channels + c;
          result[to++] =
            (values[at] + values[at + channels] + values[at + stride] + values[at + stride + channels] + 2) >>
            2;
        }
      }
    }
    return { values: result, width: size.width, height: size.height, channels };
  }
  const across = openCvWeights(width, size.width, true);
  const down = openCvWeights(height, size.height, false);
  const isByte = values instanceof Uint8Array;
  for (const [y, { at: row, next: below, fraction: fy }] of down.entries()) {
    const [b0, b1] = [fixedOf(1 - fy), fixedOf(fy)];
    for (const [x, { at, next, fraction: fx }] of across.entries()) {
      const [a0, a1] = [fixedOf(1 - fx), fixedOf(fx)];
      for (let c = 0; c < channels; c++) {
        const [left, right] = [at * channels + c, next * channels + c];
        const to = (y * size.width + x) * channels + c;
        if (isByte) {
          const s0 = values[row * stride + left] * a0 + values[row * stride + right] * a1;
          const s1 = values[below * stride + left] * a0 + values[below * stride + right] * a1;
          result[to] = (((b0 * (s0 >> 4)) >> 16) + ((b1 * (s1 >> 4)) >> 16) + 2) >> 2;
        } else {
          const s0 = values[row * stride + left] * (1 - fx) + values[row * stride + right] * fx;
          const s1 = values[below * stride + left] * (1 - fx) + values[below * stride + right] * fx;
          result[to] = Math.round(s0 * (1 - fy) + s1 * fy);
        }
      }
    }
  }
  return { values: result, width: size.width, height: size.height, channels };
}

/** @param isWhole beyond the last pixel one takes part, not the same one twice: that rounds differently. */
function openCvWeights(
  from: number,
  to: number,
  isWhole: boolean,
): { at: number; next: number; fraction: number }[] {
  const within = (place: number) => Math.min(from - 1, Math.max(0, place));
  return Array.from({ length: to }, (_, i) => {
    const place = Math.fround((i + 0.5) * (1 / (to / from)) - 0.5);
    const floor = Math.floor(place);
    const isInside = floor >= 0 && floor < from - 1;
    const fraction = isWhole && !isInside ? 0 : Math.fround(place - floor);
    return { at: within(floor), next: within(floor + 1), fraction };
  });
}

/** A weight as OpenCV keeps it: halves go to the even number. */
function fixedOf(weight: number): number {
  const value = Math.fround(weight) * 2 ** OPENCV_BITS;
  const floor = Math.floor(value);
  return value - floor === 0.5 && floor % 2 === 0 ? floor : Math.round(value);
}

const roomLike = (values: Uint8Array | Uint16Array, length: number): Uint8Array | Uint16Array =>
  values instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);

/** The rectangle of `width` × `height` pixels whose upper left corner is at (`left`, `top`). */
export function cropped(
  { values, width, channels }: Pixels,
  area: PixelSize & { readonly left: number; readonly top: number },
): Pixels {
  const length = area.width * channels;
  const kept = values.slice(0, area.height * length);
  for (let y = 0; y < area.height; y++) {
    const from = ((area.top + y) * width + area.left) * channels;
    kept.set(values.subarray(from, from + length), y * length);
  }
  return { values: kept, width: area.width, height: area.height, channels };
}

/** The image in a larger one, its upper left corner at (`left`, `top`), with `fill` (0 to 255) around it. */
export function padded(
  { values, width, height, channels }: Pixels,
  area: PixelSize & { readonly left: number; readonly top: number; readonly fill: number },
): Pixels {
  const isByte = values instanceof Uint8Array;
  const result = roomLike(values, area.width * area.height * channels).fill(
    isByte ? area.fill : 257 * area.fill,
  );
  const length = width * channels;
  for (let y = 0; y < height; y++) {
    result.set(
      values.subarray(y * length, (y + 1) * length),
      ((area.top + y) * area.width + area.left) * channels,
    );
  }
  return { values: result, width: area.width, height: area.height, channels };
}
