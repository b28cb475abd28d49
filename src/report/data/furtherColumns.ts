import type { RunLayer } from '../../run/schema.js';
import type { LayerUncertainty } from '../../stats/uncertainty.js';

/** A column of tables that came after those of version 0.1.0, and so stands behind them. */
export interface FurtherColumn {
  readonly name: string;
  readonly type: 'count' | 'number';
  /** `null` where it is not known. */
  of(layer: RunLayer): number | null;
}

const estimated = ['saturation', 'intrinsicDimensionality', 'effectiveRank'] as const;

const column = (
  name: string,
  of: (uncertainty: LayerUncertainty) => number,
  type: FurtherColumn['type'] = 'number',
): FurtherColumn => ({
  name,
  type,
  of: ({ uncertainty }) => (uncertainty ? of(uncertainty) : null),
});

/** Of each number its standard error, the bias that few samples leave, and its 95 % interval; then how large values are. */
export const furtherColumns: readonly FurtherColumn[] = [
  ...estimated.flatMap((key) => [
    column(`${key}StandardError`, ({ [key]: { standardError } }) => standardError),
    column(`${key}Bias`, ({ [key]: { bias } }) => bias),
    column(`${key}Low`, ({ [key]: { interval } }) => interval[0]),
    column(`${key}High`, ({ [key]: { interval } }) => interval[1]),
  ]),
  column('uncertaintyGroups', ({ groups }) => groups, 'count'),
  { name: 'largestMagnitude', type: 'number', of: ({ magnitudes }) => magnitudes?.largest ?? null },
  { name: 'beyondFloat16', type: 'count', of: ({ magnitudes }) => magnitudes?.beyondFloat16 ?? null },
  { name: 'values', type: 'count', of: ({ magnitudes }) => magnitudes?.values ?? null },
];
