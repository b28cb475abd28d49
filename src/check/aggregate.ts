import { isUnreached } from '../run/isUnreached.js';
import type { Run, RunLayer } from '../run/schema.js';
import { median } from '../stats/median.js';
import type { Rule } from './rule.js';
import { layerStatistics, runStatistics } from './statistics.js';

/** One number for all layers that a rule chooses; `null` where one of them has none. */
export function aggregated(run: Run, rule: Rule, isChosen: (layer: RunLayer) => boolean): number | null {
  const { statistic, aggregate, below = Number.NEGATIVE_INFINITY, above = Number.POSITIVE_INFINITY } = rule;
  const count = runStatistics.get(statistic);
  const layers = run.layers.filter((layer) => isChosen(layer) && !isUnreached(layer));
  if (count) {
    const number = count(run, isChosen);
    return aggregate === 'share' && number !== null ? number / Math.max(1, layers.length) : number;
  }
  const of = layerStatistics.get(statistic);
  const values = layers.map((layer) => of?.(layer) ?? null).filter((value) => value !== null);
  if (values.length < layers.length || values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  switch (aggregate) {
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'sum':
      return sum;
    case 'median':
      return median(values);
    case 'share':
      return values.filter((value) => value < below || value > above).length / values.length;
    default:
      return sum / values.length;
  }
}
