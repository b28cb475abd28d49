import type { RunLayer } from '../../run/schema.js';
import type { LayerUncertainty } from '../../stats/uncertainty.js';

/** A column of tables about how well a layer's numbers are known. */
export interface UncertaintyColumn {
  readonly name: string;
  readonly type: 'count' | 'number';
  /** `null` where it is not known. */
  of(layer: RunLayer): number | null;
}

const estimated = ['saturation', 'intrinsicDimensionality', 'effectiveRank'] as const;

const column = (
  name: string,
  of: (uncertainty: LayerUncertainty) => number,
  type: UncertaintyColumn['type'] = 'number',
): UncertaintyColumn => ({
  name,
  type,
  of: ({ uncertainty }) => (uncertainty ? of(uncertainty) : null),
});

/** Of each number its standard error, the bias that few samples leave, and its 95 % interval. */
export const uncertaintyColumns: readonly UncertaintyColumn[] = [
  ...estimated.flatMap((key) => [
    column(`${key}StandardError`, ({ [key]: { standardError } }) => standardError),
    column(`${key}Bias`, ({ [key]: { bias } }) => bias),
    column(`${key}Low`, ({ [key]: { interval } }) => interval[0]),
    column(`${key}High`, ({ [key]: { interval } }) => interval[1]),
  ]),
  column('uncertaintyGroups', ({ groups }) => groups, 'count'),
];
