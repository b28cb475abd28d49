import { studentQuantile } from '../../stats/student.js';
import { CONFIDENCE } from '../../stats/uncertainty.js';
import type { RunLayer } from '../schema.js';

/** The numbers of a layer whose standard error a run tells. */
export const estimatedNumbers = ['saturation', 'intrinsicDimensionality', 'effectiveRank'] as const;
export type EstimatedNumber = (typeof estimatedNumbers)[number];

export const isEstimated = (key: string): key is EstimatedNumber =>
  estimatedNumbers.some((name) => name === key);

/**
 * How far a number of one layer may lie from a fixed bound, or those of two from each other, by chance alone: Student's t
 * times √(Σ s²), with the fewest degrees of freedom of them (which errs to the wide side). Two runs over the same samples
 * lie closer to each other than that: what is beyond it is beyond it all the more.
 *
 * @param confidence above 0 and below 1.
 * @returns in the number's own unit; `undefined` where a layer tells no error.
 */
export function margin(
  key: EstimatedNumber,
  layers: readonly RunLayer[],
  confidence: number = CONFIDENCE,
): number | undefined {
  let variance = 0;
  let degrees = Number.POSITIVE_INFINITY;
  for (const { uncertainty } of layers) {
    if (uncertainty === undefined) return undefined;
    variance += uncertainty[key].standardError ** 2;
    degrees = Math.min(degrees, uncertainty.degreesOfFreedom);
  }
  return Number.isFinite(degrees) ? studentQuantile(confidence, degrees) * Math.sqrt(variance) : undefined;
}
