import { covariance } from './covariance.js';
import { effectiveRank } from './effectiveRank.js';
import { FEWEST_GROUPS } from './groups.js';
import { type CountingRule, crossing } from './intrinsicDimensionality.js';
import { degreesOfFreedom, jackknife } from './jackknife.js';
import {
  addPacked,
  emptyPacked,
  type KeptMoments,
  type PackedMoments,
  withoutPart,
} from './packedMoments.js';
import { covarianceSpectrum } from './spectrum.js';
import { studentQuantile } from './student.js';

/** Of the intervals that stand in a run. */
export const CONFIDENCE = 0.95;

/**
 * Observations a feature from which errors are told. Below, the spectrum still grows so fast with the samples that the
 * intervals are too narrow: of an LSTM with three observations a feature, 60 % held the value (docs/samples.md).
 */
const LEAST_OBSERVATIONS = 5;

/** How well a number of a layer is known. */
export interface Estimate {
  readonly standardError: number;
  /** What few samples leave: the number less this is nearer to that of endless data. */
  readonly bias: number;
  /** 95 %: about the number less its bias; of directions, whole ones. */
  readonly interval: readonly [number, number];
}

/** How well the numbers of a layer are known, as groups of samples tell. */
export interface LayerUncertainty {
  /** Groups of batches that it comes from. */
  readonly groups: number;
  /** Of Student's t, by which the intervals are wider than those of a normal distribution. */
  readonly degreesOfFreedom: number;
  readonly saturation: Estimate;
  readonly intrinsicDimensionality: Estimate;
  readonly effectiveRank: Estimate;
}

export interface UncertaintyOptions {
  /** Share of variance that directions are cut at. */
  readonly threshold: number;
  readonly idimRule: CountingRule;
  /** Groups are joined until there are no more than so many. */
  readonly most?: number;
}

/**
 * The errors of a layer's statistics by a delete-a-group jackknife: each is computed again from all samples but those of a
 * group. A count of directions is a step function of the spectrum: what is jackknifed is where its cumulated variance
 * crosses the threshold, between two directions.
 *
 * @param total moments, with those of each group.
 * @param eigenvalues of `total`.
 * @returns `undefined` where fewer than four groups hold observations, or there are fewer than five a feature, so that
 *   nothing can be said.
 */
export function layerUncertainty(
  total: KeptMoments,
  eigenvalues: ArrayLike<number>,
  { threshold, idimRule, most = Number.POSITIVE_INFINITY }: UncertaintyOptions,
): LayerUncertainty | undefined {
  const features = total.sum.length;
  const parts = groupsFor(total, most);
  if (!parts) return undefined;
  const spectra = parts.map((part) => {
    const rest = withoutPart(total, part);
    return covarianceSpectrum(covariance(rest), features, rest.count);
  });
  return estimates(
    Float64Array.from(eigenvalues),
    spectra,
    parts.map(({ count }) => count),
    features,
    { threshold, idimRule },
  );
}

/**
 * The groups that errors are told from; `undefined` where there are too few of them, or too few observations.
 *
 * @param most groups are joined until there are no more than so many.
 * @param features of the layer that they are told of.
 */
export function groupsFor(
  total: KeptMoments,
  most: number,
  features = total.sum.length,
): readonly PackedMoments[] | undefined {
  if (total.count < LEAST_OBSERVATIONS * features) return undefined;
  const parts = joined(total.groups ?? [], most).filter(({ count }) => count > 0);
  return parts.length < FEWEST_GROUPS ? undefined : parts;
}

/** Spectra of all samples but those of a group, for each group, with the observations of the group. */
export interface SpectraWithout {
  readonly spectra: readonly Float64Array[];
  readonly sizes: readonly number[];
}

/**
 * @param whole eigenvalues of all samples, descending.
 * @param without those of all samples but a group, for each group.
 * @param sizes observations of each group.
 */
export function estimates(
  whole: Float64Array,
  without: readonly Float64Array[],
  sizes: readonly number[],
  features: number,
  { threshold, idimRule }: UncertaintyOptions,
): LayerUncertainty {
  const degrees = degreesOfFreedom(sizes);
  const quantile = studentQuantile(CONFIDENCE, degrees);
  const about = (of: (spectrum: Float64Array) => number) => {
    const value = of(whole);
    const { standardError, bias } = jackknife(value, without.map(of), sizes);
    const [low, high] = [-1, 1].map((side) => value - bias + side * quantile * standardError);
    return { standardError, bias, low, high };
  };
  const directions = about((spectrum) => crossing(spectrum, threshold));
  const counts = [directions.low, directions.high].map((at) => directionsAt(at, features, idimRule));
  const rank = about(effectiveRank);
  const within = (value: number) => Math.min(features, Math.max(0, value));
  return {
    groups: sizes.length,
    degreesOfFreedom: degrees,
    saturation: {
      standardError: directions.standardError / features,
      bias: directions.bias / features,
      interval: [counts[0] / features, counts[1] / features],
    },
    intrinsicDimensionality: {
      standardError: directions.standardError,
      bias: directions.bias,
      interval: [counts[0], counts[1]],
    },
    effectiveRank: {
      standardError: rank.standardError,
      bias: rank.bias,
      interval: [within(rank.low), within(rank.high)],
    },
  };
}

/** What a rule counts where the cumulated variance crosses the threshold at `crossing`: `delve` leaves out the last. */
function directionsAt(crossing: number, features: number, rule: CountingRule): number {
  const counted = Math.min(features, Math.max(0, Math.ceil(crossing - 1e-9)));
  return rule === 'explained' ? counted : Math.max(0, counted - 1);
}

/** Neighbours are joined: of 2ⁱ groups, the 2ⁱ⁻¹ that there would have been. */
function joined(groups: readonly PackedMoments[], most: number): readonly PackedMoments[] {
  if (groups.length <= most || groups.length <= FEWEST_GROUPS) return groups;
  const pairs = groups.flatMap((group, g) => {
    if (g % 2 === 1) return [];
    const sum = emptyPacked(group.sum.length);
    addPacked(sum, group);
    addPacked(sum, groups[g + 1]);
    return [sum];
  });
  return joined(pairs, most);
}
