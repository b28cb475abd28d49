import { UserError } from '../../errors.js';
import type { CountingRule } from '../../stats/intrinsicDimensionality.js';
import { recut } from '../../stats/saturation.js';
import type { Run, RunLayer } from '../schema.js';
import { countingRule, type RuleName, ruleCalled, storedRule } from '../storedRule.js';

/**
 * The run as it would be at other thresholds: cut again from the stored spectra, without the data.
 *
 * @param threshold share of the variance, above 0 and up to 1; of several, the first becomes the run's own.
 * @param idimRule how directions are counted; the run's own rule where absent.
 * @throws UserError where a threshold is no such share.
 */
export function recutRun(run: Run, threshold: number | readonly number[], idimRule?: RuleName): Run {
  const wanted = typeof threshold === 'number' ? [threshold] : threshold;
  const [primary] = wanted;
  if (primary === undefined) throw new UserError('no threshold was given: name a number such as 0.99');
  const { thresholds: _, ...settings } = run.settings;
  const stored = idimRule === undefined ? settings.idimRule : storedRule(ruleCalled(idimRule));
  const rule = countingRule(stored);
  return {
    ...run,
    settings: {
      ...settings,
      threshold: primary,
      ...(wanted.length > 1 ? { thresholds: wanted } : {}),
      idimRule: stored,
    },
    layers: run.layers.map((layer) => recutLayer(layer, wanted, rule)),
  };
}

function recutLayer(layer: RunLayer, wanted: readonly number[], rule: CountingRule): RunLayer {
  // Errors are those of the counts that they were computed for.
  const { thresholds: _, uncertainty: __, ...rest } = layer;
  const cuts = wanted.flatMap((threshold) => {
    const cut = recut(layer.eigenvalues, layer.features, threshold, rule);
    return cut ? [{ threshold, ...cut }] : [];
  });
  const [primary] = cuts;
  return {
    ...rest,
    intrinsicDimensionality: primary?.intrinsicDimensionality ?? null,
    saturation: primary?.saturation ?? null,
    ...(cuts.length > 1 ? { thresholds: cuts } : {}),
  };
}
