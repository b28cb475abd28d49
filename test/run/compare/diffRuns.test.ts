import { describe, expect, it } from 'vitest';
import { diffRuns } from '../../../src/run/compare/diffRuns.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

describe('the difference of two runs', () => {
  const before = run([layer('a', 1, 4), layer('b', 2, 4), layer('gone', 1, 4), invalidLayer('c', 4)]);
  const after = run([layer('new', 1, 4), layer('b', 2, 4), layer('a', 3, 4), layer('c', 1, 4)]);

  it('matches layers by name, in the order of the second run', () => {
    const { layers, added, gone } = diffRuns(before, after);
    expect(layers.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect(added).toEqual(['new']);
    expect(gone).toEqual(['gone']);
  });

  it('is after minus before, and nothing where one has no number', () => {
    const [b, a, c] = diffRuns(before, after).layers;
    expect(a.saturation).toEqual({ before: 0.25, after: 0.75, change: 0.5 });
    expect(a.intrinsicDimensionality).toEqual({ before: 1, after: 3, change: 2 });
    expect(a.trace).toEqual({ before: 1, after: 3, change: 2 });
    expect(b.effectiveRank).toEqual({ before: 2, after: 2, change: 0 });
    expect(c.saturation).toEqual({ before: null, after: 0.25, change: null });
    expect(c.features.change).toBe(0);
  });

  it('names settings that make the numbers mean different things', () => {
    const other = run([], {
      settings: { ...after.settings, threshold: 0.9, interpolate: 32, batchSize: 7, precision: 'float32' },
    });
    expect(
      diffRuns(before, other).settings.map(({ setting, before, after, isDecisive }) => [
        setting,
        before,
        after,
        isDecisive,
      ]),
    ).toEqual([
      ['threshold', '0.99', '0.9', true],
      ['interpolate', 'none', '32', true],
      ['precision', 'float64', 'float32', false],
    ]);
    const { linearMethod: _, ...silent } = after.settings;
    expect(diffRuns(before, run([], { settings: silent })).settings).toEqual([]);
  });
});
