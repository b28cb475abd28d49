import type { PixelSize } from './imageGeometry.js';
import { type Pixels, roomLike } from './pixels.js';

/** Bits behind the point of OpenCV's weights of 8-bit images. */
const OPENCV_BITS = 11;

/** OpenCV's `resizeLinear`: two neighbours an axis, in fixed point; halving both sides is the mean of four. */
export function openCvLinear(pixels: Pixels, size: PixelSize): Pixels {
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
