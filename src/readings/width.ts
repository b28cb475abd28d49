import type { LayerReading } from './reading.js';

/** How wide a layer would have to be for what it uses, and what the rest of its features costs. */
export interface LayerWidth {
  /** Directions that explain the run's share of the variance. */
  readonly directions: number;
  readonly effectiveRank: number | null;
  /** Its own parameters and MACs a sample that the other features take; `null` where these are not known. */
  readonly parameters: number | null;
  readonly macs: number | null;
}

/**
 * The width that a layer uses; `null` where something else sets its width (an output, the design of the network), or
 * nothing can be said (too few observations, no number).
 *
 * A layer's parameters and MACs go with its features, so k of C features would take k / C of both. What layers behind it
 * would save as they read less comes on top and is not counted.
 *
 * @param macs of the layer a sample, where they are known.
 */
export function widthOf({ layer, kind }: LayerReading, macs: number | null): LayerWidth | null {
  const { intrinsicDimensionality: directions, features, effectiveRank, parameters } = layer;
  const isOpen = kind === 'healthy' || kind === 'tail' || kind === 'narrow' || kind === 'dead';
  if (!isOpen || directions === null || features === 0) return null;
  const spare = 1 - directions / features;
  return {
    directions,
    effectiveRank,
    parameters: parameters === undefined ? null : Math.round(spare * parameters),
    macs: macs === null ? null : Math.round(spare * macs),
  };
}
