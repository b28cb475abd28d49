import { normalNumbers, uniformNumbers } from '../data/readers/randomNumbers.js';
import { covariance, mean } from '../stats/covariance.js';
import { leadingEigenpairs } from '../stats/eigen/eigenvectors.js';
import { intrinsicDimensionality } from '../stats/intrinsicDimensionality.js';
import type { Moments } from '../stats/moments.js';
import { covarianceSpectrum } from '../stats/spectrum.js';
import type { Basis } from './linearForm.js';

/** The directions of a layer's output, by the variance along them. */
export class Directions {
  readonly #moments: Moments;
  /** Descending, none negative. */
  readonly values: Float64Array;
  #vectors: Float64Array = new Float64Array(0);
  #found = 0;

  constructor(moments: Moments) {
    this.#moments = moments;
    const features = moments.sum.length;
    this.values = covarianceSpectrum(covariance(moments), features, moments.count);
  }

  get features(): number {
    return this.#moments.sum.length;
  }

  /** The fewest directions that explain this share of the variance, at least one. */
  keptAt(threshold: number): number {
    return Math.max(1, intrinsicDimensionality(this.values, threshold, 'explained'));
  }

  /** The share of the variance along the first directions; 1 where nothing varies. */
  explainedBy(kept: number): number {
    const total = this.values.reduce((sum, value) => sum + value, 0);
    if (total === 0) return 1;
    return this.values.subarray(0, kept).reduce((sum, value) => sum + value, 0) / total;
  }

  /** The leading directions, found when they are first looked at, for the most that were ever asked for. */
  leading(kept: number): Basis {
    const moments = this.#moments;
    const vectors = () => this.#vectorsFor(kept);
    return {
      kept,
      get mean() {
        return mean(moments);
      },
      get vectors() {
        return vectors();
      },
    };
  }

  /** As many random orthonormal directions: what keeping the leading ones has to be better than. */
  random(kept: number, seed: number): Basis {
    return { mean: mean(this.#moments), vectors: randomDirections(this.features, kept, seed), kept };
  }

  #vectorsFor(kept: number): Float64Array {
    const { features } = this;
    if (kept > this.#found) {
      this.#vectors = leadingEigenpairs(covariance(this.#moments), features, kept).vectors;
      this.#found = kept;
    }
    return this.#vectors.subarray(0, kept * features);
  }
}

/** Gram–Schmidt, twice, on standard normal vectors: uniform among orthonormal systems. */
function randomDirections(features: number, kept: number, seed: number): Float64Array {
  const normal = normalNumbers(uniformNumbers(seed));
  const vectors = Float64Array.from({ length: kept * features }, normal);
  for (let k = 0; k < kept; k++) {
    const v = vectors.subarray(k * features, (k + 1) * features);
    for (let round = 0; round < 2; round++) {
      for (let other = 0; other < k; other++) {
        const u = vectors.subarray(other * features, (other + 1) * features);
        let dot = 0;
        for (let i = 0; i < features; i++) dot += u[i] * v[i];
        for (let i = 0; i < features; i++) v[i] -= dot * u[i];
      }
    }
    const norm = Math.hypot(...v);
    for (let i = 0; i < features; i++) v[i] /= norm;
  }
  return vectors;
}
