import type { PixelSize } from './imageGeometry.js';
import type { Pixels } from './pixels.js';

/** For each position along an axis, where its weights begin and what they are; they add up to 1. */
interface AxisWeights {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Resizes by a triangle filter, half-pixel centres, widened where the axis shrinks: Pillow's and torchvision's
 * antialiased bilinear, rounded to integers after each axis as there.
 *
 * libvips does the same when it shrinks an image, but enlarges with the pixels' corners aligned, half a pixel
 * away from what models were trained with; so this is for enlarging.
 */
export function resample({ values, width, height, channels }: Pixels, size: PixelSize): Pixels {
  const across = axisWeights(width, size.width);
  const down = axisWeights(height, size.height);
  const room = (length: number) =>
    values instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
  const rows = room(height * size.width * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (const { first, weights } of across) {
      for (let c = 0; c < channels; c++, to++) {
        let sum = 0.5;
        const from = (y * width + first) * channels + c;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * values[from + k * channels];
        rows[to] = sum;
      }
    }
  }
  const stride = size.width * channels;
  const result = room(size.height * stride);
  for (const [y, { first, weights }] of down.entries()) {
    for (let x = 0; x < stride; x++) {
      let sum = 0.5;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * rows[(first + k) * stride + x];
      result[y * stride + x] = sum;
    }
  }
  return { values: result, width: size.width, height: size.height, channels };
}

function axisWeights(from: number, to: number): AxisWeights[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights = new Float64Array(end - first);
    for (let k = 0; k < weights.length; k++) {
      weights[k] = Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / support);
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: weights.map((weight) => weight / total) };
  });
}

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
