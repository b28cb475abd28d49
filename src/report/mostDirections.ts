import type { RunLayer } from '../run/schema.js';

/**
 * The most directions that a layer's output can have, whatever the data, where that is fewer than its features: a 3×3
 * convolution of one channel gives no more than nine. A layer that reaches it is full, though its saturation is below 1.
 */
export function mostDirections({ features, rankLimit }: RunLayer): number | undefined {
  return rankLimit !== undefined && rankLimit < features ? rankLimit : undefined;
}

/** `9 (max 9)`: the directions in use, and how many there can be where that is fewer than the features. */
export function directionsInWords(layer: RunLayer): string {
  const most = mostDirections(layer);
  const used = layer.intrinsicDimensionality === null ? '–' : String(layer.intrinsicDimensionality);
  return most === undefined ? used : `${used} (max ${most})`;
}

/** What `max` means, for legends. */
export const MOST_DIRECTIONS = 'the most directions that a layer can have, as its inputs allow no more';
