import type { Moments } from '../../stats/moments.js';
import { type PrincipalAxes, principalAxes } from '../../stats/principalAxes.js';
import { type LayerStatistics, layerStatistics, type StatisticsOptions } from '../../stats/statistics.js';

export interface WantedStatistics extends StatisticsOptions {
  /** The first two eigenvectors too. */
  readonly axes?: boolean;
}

/** A layer's statistics, with the moments that they came from. */
export interface MomentsWithStatistics {
  readonly moments: Moments;
  readonly statistics: LayerStatistics;
  /** Where they were wanted. */
  readonly axes?: PrincipalAxes;
}

/**
 * @param inner see `layerStatistics`.
 * @throws what `layerStatistics` and `principalAxes` throw.
 */
export function computeStatistics(
  moments: Moments,
  { axes, ...options }: WantedStatistics,
  inner?: Float64Array,
): MomentsWithStatistics {
  const statistics = layerStatistics(moments, options, inner);
  return axes
    ? { moments, statistics, axes: principalAxes(moments, statistics.eigenvalues) }
    : { moments, statistics };
}
