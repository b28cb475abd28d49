import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Moments, RunLayer } from '../../src/index.js';
import { covariance, mean } from './delve.js';
import type { ReferenceMoments } from './referenceMoments.js';

/** How far a layer of a run is from the reference. */
export interface Differences {
  readonly layer: string;
  readonly op: string;
  readonly observations: number;
  readonly features: number;
  /** Observations too many (or too few). */
  readonly count: number;
  /** Largest |m − m′|, of the root mean square of an activation. */
  readonly mean: number;
  /** Largest |Q − Q′|, of the mean variance (trace / features). */
  readonly covariance: number;
  /** Largest |λ − λ′|, of the largest eigenvalue; absent where there are too many to compute another way. */
  readonly eigenvalues?: number;
  /** Directions counted too many (or too few); absent likewise. */
  readonly intrinsicDimensionality?: number;
  /** What makes the comparison void. */
  readonly remark?: string;
}

/** Below this share of the mean square a variance is rounding: differences are then taken of that. */
const DEAD = 1e-12;

export function compare(
  layer: RunLayer,
  moments: Moments | undefined,
  reference: ReferenceMoments,
  { threshold, largestSpectrum }: { readonly threshold: number; readonly largestSpectrum: number },
): Differences {
  const { name, op, observations, features } = layer;
  const about = { layer: name, op, observations, features, count: observations - reference.count };
  if (!moments || !reference.isFinite || reference.count === 0) {
    const agrees = !moments === !reference.isFinite || (reference.count === 0 && observations === 0);
    const without = { ...about, mean: agrees ? 0 : Number.NaN, covariance: agrees ? 0 : Number.NaN };
    return {
      ...without,
      remark: layer.invalid?.reason ?? (reference.count === 0 ? 'no rows' : 'not finite'),
    };
  }
  const expected = reference.covariance();
  const expectedMean = reference.mean();
  if (expectedMean.length !== features) {
    return {
      ...about,
      mean: Number.NaN,
      covariance: Number.NaN,
      remark: `the reference has ${expectedMean.length} features`,
    };
  }
  const variance = diagonal(expected, features).reduce((sum, v) => sum + v, 0) / features;
  const meanSquare = variance + expectedMean.reduce((sum, m) => sum + m * m, 0) / features;
  const scale = Math.max(variance, DEAD * meanSquare) || 1;
  const spectrum =
    features > largestSpectrum ? undefined : spectrumDifferences(layer, expected, { threshold, scale });
  return {
    ...about,
    mean: largest(mean(moments), expectedMean) / (Math.sqrt(meanSquare) || 1),
    covariance: largest(covariance(moments), expected) / scale,
    ...spectrum,
    ...(variance <= DEAD * meanSquare ? { remark: 'dead' } : {}),
  };
}

function spectrumDifferences(
  { features, eigenvalues, intrinsicDimensionality }: RunLayer,
  expected: Float64Array,
  { threshold, scale }: { threshold: number; scale: number },
) {
  const matrix = Matrix.from1DArray(features, features, expected);
  const values = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues
    .map((value) => Math.max(0, value))
    .sort((a, b) => b - a);
  const total = values.reduce((sum, value) => sum + value, 0);
  let explained = 0;
  let directions = 0;
  while (directions < features && explained < threshold * total) explained += values[directions++];
  return {
    eigenvalues:
      largest(Float64Array.from(eigenvalues), Float64Array.from(values)) / Math.max(values[0], scale),
    intrinsicDimensionality: (intrinsicDimensionality ?? Number.NaN) - directions,
  };
}

const diagonal = (matrix: Float64Array, order: number) =>
  Float64Array.from({ length: order }, (_, i) => matrix[i * order + i]);

function largest(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Number.NaN;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= most)) most = difference;
  }
  return most;
}
