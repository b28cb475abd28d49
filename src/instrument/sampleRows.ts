import type { NodeBuilder } from './nodeBuilder.js';
import type { ObservationMatrix } from './observationMatrix.js';

/** Observations as `[samples, features]` in float64, where each is one of a sample. */
export function sampleRows(
  build: NodeBuilder,
  { value, observationAxis, isFloat64 }: ObservationMatrix,
): string {
  const rows = observationAxis === 0 ? value : build.add('Transpose', [value], { perm: [1, 0] });
  return isFloat64 ? rows : build.cast(rows, 'float64');
}
