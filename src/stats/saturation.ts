import { type CountingRule, intrinsicDimensionality } from './intrinsicDimensionality.js';

/** A spectrum cut at a share of its variance. */
export interface SpectrumCut {
  readonly intrinsicDimensionality: number;
  /** intrinsicDimensionality / features. */
  readonly saturation: number;
}

/**
 * Cuts a stored spectrum at a threshold: what re-thresholding needs instead of the data.
 *
 * @param eigenvalues λ₁ ≥ λ₂ ≥ … ≥ 0, all of them, as in `RunLayer.eigenvalues`.
 * @param threshold share of the variance, above 0 and up to 1.
 * @returns `null` where there is no spectrum: the layer is invalid, or nothing was observed.
 * @throws UserError where the threshold is not such a share.
 */
export function recut(
  eigenvalues: ArrayLike<number>,
  features: number,
  threshold: number,
  rule: CountingRule,
): SpectrumCut | null {
  const directions = intrinsicDimensionality(eigenvalues, threshold, rule);
  if (eigenvalues.length === 0 || features === 0) return null;
  return { intrinsicDimensionality: directions, saturation: directions / features };
}
