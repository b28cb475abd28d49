import { covariance, deadFeatures, trace } from './covariance.js';
import { determinant, logDeterminant } from './determinant.js';
import { effectiveRank } from './effectiveRank.js';
import type { CountingRule } from './intrinsicDimensionality.js';
import { areFinite, type Moments } from './moments.js';
import { participationRatio } from './participationRatio.js';
import { recut, type SpectrumCut } from './saturation.js';
import { covarianceSpectrum } from './spectrum.js';

export interface StatisticsOptions {
  /** Shares of variance, above 0 and up to 1; the first is the one `intrinsicDimensionality` is cut at. */
  readonly thresholds: readonly number[];
  readonly idimRule: CountingRule;
  /** What the products behind the moments were computed in (float64). */
  readonly precision?: 'float64' | 'float32';
}

/** Spacing of float32 numbers from 1. */
const FLOAT32_EPSILON = 2 ** -23;

export interface ThresholdCut extends SpectrumCut {
  readonly threshold: number;
}

/** Every statistic of one layer. All are `null`, and `eigenvalues` empty, where nothing was observed. */
export interface LayerStatistics {
  readonly observations: number;
  readonly features: number;
  readonly intrinsicDimensionality: number | null;
  readonly saturation: number | null;
  /** Σ Qᵢᵢ. */
  readonly trace: number | null;
  /** Σ λᵢ. */
  readonly diagonalTrace: number | null;
  /** `null` where the covariance is singular to working precision. */
  readonly logDeterminant: number | null;
  /** 0 where the covariance is singular to working precision; `null` where it is too large for a double. */
  readonly determinant: number | null;
  readonly effectiveRank: number | null;
  readonly participationRatio: number | null;
  /** Features of zero variance. */
  readonly deadFeatures: number | null;
  /** λ₁ ≥ λ₂ ≥ … ≥ 0, all of them. */
  readonly eigenvalues: readonly number[];
  /** One entry for each threshold, where there are several. */
  readonly thresholds?: readonly ThresholdCut[];
  /** Doubts about the numbers, in words. */
  readonly warnings: readonly string[];
}

/**
 * The statistics of one layer from its moments.
 *
 * @param inner a smaller symmetric matrix with the same eigenvalues, but for zeros, as the covariance, where one is
 *   known. **Overwritten.**
 * @throws UserError where a threshold is not a share of variance; RangeError where no threshold is given or the
 *   moments hold NaN or Inf (see `areFinite`); Error where the eigenvalues do not converge.
 */
export function layerStatistics(
  moments: Moments,
  { thresholds, idimRule, precision = 'float64' }: StatisticsOptions,
  inner?: Float64Array,
): LayerStatistics {
  const observations = moments.count;
  const features = moments.sum.length;
  if (thresholds.length === 0) throw new RangeError('no threshold to cut the spectrum at');
  if (!areFinite(moments)) throw new RangeError('the moments hold NaN or Inf');

  const dead = deadFeatures(moments);
  const matrix = covariance(moments);
  const totalVariance = trace(matrix, features);
  const spectrum = covarianceSpectrum(matrix, features, observations, inner);
  const cuts = thresholds.flatMap((threshold) => {
    const cut = recut(observations === 0 ? [] : spectrum, features, threshold, idimRule);
    return cut ? [{ threshold, ...cut }] : [];
  });
  const primary = cuts.at(0);
  if (!primary) return nothingObserved(observations, features);

  const epsilon = precision === 'float64' ? Number.EPSILON : FLOAT32_EPSILON;
  const resolution = features * epsilon * Math.max(spectrum[0], largestMeanSquare(moments, dead));
  const deadCount = dead.reduce((count, mark) => count + mark, 0);
  return {
    observations,
    features,
    intrinsicDimensionality: primary.intrinsicDimensionality,
    saturation: primary.saturation,
    trace: totalVariance,
    diagonalTrace: spectrum.reduceRight((sum, eigenvalue) => sum + eigenvalue, 0),
    logDeterminant: logDeterminant(spectrum, resolution),
    determinant: determinant(spectrum, resolution),
    effectiveRank: effectiveRank(spectrum),
    participationRatio: participationRatio(spectrum),
    deadFeatures: deadCount,
    eigenvalues: Array.from(spectrum),
    ...(thresholds.length > 1 && { thresholds: cuts }),
    warnings: doubts(observations, features, deadCount),
  };
}

/**
 * max Sᵢᵢ/n over the features that vary. The covariance is a difference of numbers of that size, so its smallest
 * eigenvalue means nothing below ε times it, however well the eigenvalues themselves were computed.
 */
function largestMeanSquare({ count, scatter }: Moments, dead: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < dead.length; i++) {
    if (!dead[i]) largest = Math.max(largest, scatter[i * dead.length + i] / count);
  }
  return largest;
}

function doubts(observations: number, features: number, dead: number): string[] {
  if (observations === 1) return ['only 1 observation: nothing can vary; use more data'];
  const warnings: string[] = [];
  if (observations <= features) {
    const rank = observations - 1;
    warnings.push(
      `only ${observations} observations for ${features} features: at most ${rank} ` +
        `${rank === 1 ? 'direction' : 'directions'} can carry variance; use more data`,
    );
  }
  if (dead === features) warnings.push('dead layer: every feature is constant over the data');
  else if (dead > 0) {
    warnings.push(
      `${dead} of ${features} features ${dead === 1 ? 'is' : 'are'} dead (constant over the data)`,
    );
  }
  return warnings;
}

function nothingObserved(observations: number, features: number): LayerStatistics {
  return withoutStatistics({ observations, features }, 'nothing was observed: no data reached this layer');
}

/** What is said of a layer that has no numbers, and why it has none. */
export function withoutStatistics(
  { observations, features }: Pick<LayerStatistics, 'observations' | 'features'>,
  reason: string,
): LayerStatistics {
  return {
    observations,
    features,
    intrinsicDimensionality: null,
    saturation: null,
    trace: null,
    diagonalTrace: null,
    logDeterminant: null,
    determinant: null,
    effectiveRank: null,
    participationRatio: null,
    deadFeatures: null,
    eigenvalues: [],
    warnings: [reason],
  };
}
