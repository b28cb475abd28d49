import { studentQuantile } from './student.js';
import { CONFIDENCE, type Estimate, type LayerUncertainty } from './uncertainty.js';

/** Half of the interval that holds the number of endless data with that probability, as Student's t has it. */
export function halfWidth(
  { standardError }: Pick<Estimate, 'standardError'>,
  { degreesOfFreedom }: Pick<LayerUncertainty, 'degreesOfFreedom'>,
  confidence: number = CONFIDENCE,
): number {
  return standardError * studentQuantile(confidence, degreesOfFreedom);
}
