import type { Resampling } from '../../options.js';
import type { Area, PixelSize } from './imageGeometry.js';
import { openCvLinear } from './openCvLinear.js';
import { pillowResize } from './pillowResize.js';
import { type Pixels, roomLike } from './pixels.js';

/**
 * Resizes as Pillow does, to the last bit of 8-bit values; `opencv-linear` as OpenCV's `resize` with its default
 * interpolation.
 *
 * @param area of the resized image; absent: all of it.
 */
export function resample(
  pixels: Pixels,
  size: PixelSize,
  how: Resampling = 'bilinear',
  area: Area = { left: 0, top: 0, ...size },
): Pixels {
  if (how !== 'nearest' && how !== 'opencv-linear') return pillowResize(pixels, size, how, area);
  const whole = how === 'nearest' ? nearest(pixels, size) : openCvLinear(pixels, size);
  const isWhole = area.width === size.width && area.height === size.height;
  return isWhole ? whole : cropped(whole, area);
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

/** The rectangle of `width` × `height` pixels whose upper left corner is at (`left`, `top`). */
export function cropped({ values, width, channels }: Pixels, area: Area): Pixels {
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
