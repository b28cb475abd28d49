import { describe, expect, it } from 'vitest';
import { computeStatistics } from '../../../src/engine/statistics/computeStatistics.js';
import type * as Pool from '../../../src/engine/statistics/statisticsPool.js';
import type { Moments } from '../../../src/stats/moments.js';
import { built } from '../../support/built.js';

const { statisticsOf } = await built<typeof Pool>('engine/statistics/statisticsPool.js');
const options = { thresholds: [0.99], idimRule: 'explained' } as const;

/** Of 1,000 observations whose features are independent, with the variances 1, 1/2, 1/3, … */
function diagonal(features: number, factor = 1): Moments {
  const scatter = new Float64Array(features * features);
  for (let i = 0; i < features; i++) scatter[i * features + i] = (1000 * factor) / (i + 1);
  return { count: 1000, sum: new Float64Array(features), scatter };
}

describe('the statistics of several layers', () => {
  it.each([
    ['few narrow ones, computed here', [3, 2]],
    ['wide ones, computed side by side', [220, 5, 240, 200]],
  ])('come in the order of the layers: %s', async (_, widths) => {
    const found = await statisticsOf(
      widths.map((width) => ({ moments: diagonal(width) })),
      options,
    );
    expect(found.map(({ moments }) => moments.sum.length)).toEqual(widths);
    for (const [i, { statistics }] of found.entries()) {
      const { eigenvalues, saturation } = computeStatistics(diagonal(widths[i]), options).statistics;
      expect(statistics.saturation).toBe(saturation);
      expect(statistics.eigenvalues[1] / statistics.eigenvalues[0]).toBeCloseTo(1 / 2, 12);
      for (const [k, value] of statistics.eigenvalues.entries())
        expect(value).toBeCloseTo(eigenvalues[k], 12);
    }
  });

  it('are not computed for a caller that has given up', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const wide = [diagonal(250), diagonal(250)].map((moments) => ({ moments }));
    await expect(statisticsOf(wide, options, signal)).rejects.toThrow('enough');
  });

  it('tell what went wrong', async () => {
    const odd = diagonal(310);
    odd.scatter[5] = Number.NaN;
    await expect(statisticsOf([{ moments: odd }, { moments: diagonal(20) }], options)).rejects.toThrow();
  });
});
