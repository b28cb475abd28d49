import type { LayerDiff } from '../../run/compare/diffRuns.js';

/**
 * Layers with the largest change of saturation first, whichever way it went. Before all come those that have a number
 * in one of the runs only; what did not change keeps its order.
 */
export function byChange(layers: readonly LayerDiff[]): LayerDiff[] {
  const weight = ({ saturation: { before, after, change } }: LayerDiff): number => {
    if (change !== null) return Math.abs(change);
    return before === after ? 0 : Number.POSITIVE_INFINITY;
  };
  // Infinity − Infinity is not a number.
  return layers.toSorted((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)));
}
