import type { ElementType } from '../onnx/elementType.js';
import type { DrawnAs, PreviewedInput, SampleValues } from './results.js';

/** Shorter sides than this are no image, and shorter rows no wave. */
const LEAST = 8;

/** What the values of an input are over these samples, and how they are best looked at. */
export function describeInput(
  name: string,
  type: ElementType,
  samples: readonly SampleValues[],
  isText: boolean,
): PreviewedInput {
  let [count, finite, zeros] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  // Welford's way, so that a far mean costs no digits.
  let [mean, squares] = [0, 0];
  for (const { data } of samples) {
    for (const value of data) {
      count++;
      if (!Number.isFinite(value)) continue;
      finite++;
      if (value === 0) zeros++;
      min = Math.min(min, value);
      max = Math.max(max, value);
      const off = value - mean;
      mean += off / finite;
      squares += off * (value - mean);
    }
  }
  const shape = samples[0]?.dims ?? [];
  return {
    ...{ name, type, shape },
    ...(finite > 0
      ? { min, max, mean, std: Math.sqrt(squares / finite) }
      : { min: null, max: null, mean: null, std: null }),
    zeros: count > 0 ? zeros / count : 0,
    nonFinite: count - finite,
    drawnAs: isText ? 'text' : drawnAs(type, shape),
  };
}

function drawnAs(type: ElementType, shape: readonly number[]): DrawnAs {
  if (pixelsOf(shape)) return 'image';
  const long = shape.filter((dim) => dim > 1);
  // Whole numbers in a row are codes or marks.
  return long.length === 1 && long[0] >= LEAST && /float/.test(type) ? 'line' : 'nothing';
}

/** How an image lies in a sample of this shape: by channels, before or behind the pixels; `undefined` where it is none. */
export function pixelsOf(
  shape: readonly number[],
): { channels: number; height: number; width: number; channelsFirst: boolean } | undefined {
  const [a, b, c] = shape;
  const isImage = (channels: number, height: number, width: number) =>
    [1, 3, 4].includes(channels) && height >= LEAST && width >= LEAST;
  if (shape.length === 2 && isImage(1, a, b)) {
    return { channels: 1, height: a, width: b, channelsFirst: true };
  }
  if (shape.length !== 3) return undefined;
  if (isImage(a, b, c)) return { channels: a, height: b, width: c, channelsFirst: true };
  if (isImage(c, a, b)) return { channels: c, height: a, width: b, channelsFirst: false };
  return undefined;
}
