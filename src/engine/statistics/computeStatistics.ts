import type { Provider } from '../../run/settingValues.js';
import type { KeptMoments } from '../../stats/packedMoments.js';
import { type PrincipalAxes, principalAxes } from '../../stats/principalAxes.js';
import { type LayerStatistics, layerStatistics, type StatisticsOptions } from '../../stats/statistics.js';
import {
  estimates,
  type LayerUncertainty,
  layerUncertainty,
  type SpectraWithout,
} from '../../stats/uncertainty.js';

export interface WantedStatistics extends StatisticsOptions {
  /** The first two eigenvectors too. */
  readonly axes?: boolean;
  /** What computed the moments: errors take no more time than suits it. */
  readonly provider?: Provider;
}

/** A layer's statistics, with the moments that they came from. */
export interface MomentsWithStatistics {
  readonly moments: KeptMoments;
  readonly statistics: LayerStatistics;
  /** Where the moments are told apart by enough groups of samples. */
  readonly uncertainty?: LayerUncertainty;
  /** Where they were wanted. */
  readonly axes?: PrincipalAxes;
}

/**
 * @param inner see `layerStatistics`.
 * @param groups of samples that errors are told from, at most.
 * @param without spectra without each group, where the moments are not kept by groups.
 * @throws what `layerStatistics` and `principalAxes` throw.
 */
export function computeStatistics(
  moments: KeptMoments,
  { axes, ...options }: WantedStatistics,
  inner?: Float64Array,
  groups?: number,
  without?: SpectraWithout,
): MomentsWithStatistics {
  const statistics = layerStatistics(moments, options, inner);
  const { eigenvalues } = statistics;
  const wanted = { threshold: options.thresholds[0], idimRule: options.idimRule };
  const uncertainty = without
    ? estimates(Float64Array.from(eigenvalues), without.spectra, without.sizes, moments.sum.length, wanted)
    : layerUncertainty(moments, eigenvalues, { ...wanted, most: groups });
  return {
    moments,
    statistics,
    ...(uncertainty ? { uncertainty } : {}),
    ...(axes ? { axes: principalAxes(moments, eigenvalues) } : {}),
  };
}
