import type { Methods } from './observations.js';
import type { RawTensor } from './rawTensor.js';

/** Where a position of the smaller map takes its value from: two entries and the share of the second. */
interface Source {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/** Two-dimensional maps with a side longer than `interpolate`, resized to it as `torch.nn.functional.interpolate` does. */
export function resized(
  tensor: RawTensor,
  { interpolate, interpolation = 'linear' }: Pick<Methods, 'interpolate' | 'interpolation'>,
): RawTensor {
  const { dims, values } = tensor;
  if (interpolate === undefined || dims.length !== 4 || Math.max(dims[2], dims[3]) <= interpolate)
    return tensor;
  const [samples, channels, height, width] = dims;
  const from = interpolation === 'linear' ? linear : nearest;
  const rows = Array.from({ length: interpolate }, (_, i) => from(i, height, interpolate));
  const columns = Array.from({ length: interpolate }, (_, i) => from(i, width, interpolate));
  const result = new Float64Array(samples * channels * interpolate * interpolate);
  let next = 0;
  for (let map = 0; map < samples * channels; map++) {
    for (const row of rows) {
      const upper = (map * height + row.first) * width;
      const lower = (map * height + row.second) * width;
      for (const { first, second, share } of columns) {
        const above = values[upper + first] * (1 - share) + values[upper + second] * share;
        const below = values[lower + first] * (1 - share) + values[lower + second] * share;
        result[next++] = above * (1 - row.share) + below * row.share;
      }
    }
  }
  return { dims: [samples, channels, interpolate, interpolate], values: result };
}

/** Half-pixel centres, no antialias; what lies before the first entry takes the first. */
function linear(index: number, before: number, after: number): Source {
  const place = Math.max(0, ((index + 0.5) * before) / after - 0.5);
  const first = Math.min(Math.floor(place), before - 1);
  return { first, second: Math.min(first + 1, before - 1), share: place - first };
}

/** ⌊i · (before / after)⌋ in float32. */
function nearest(index: number, before: number, after: number): Source {
  const scale = Math.fround(before / after);
  const first = Math.min(Math.floor(Math.fround(index * scale)), before - 1);
  return { first, second: first, share: 0 };
}
