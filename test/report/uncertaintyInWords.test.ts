import { describe, expect, it } from 'vitest';
import { report } from '../../src/report/report.js';
import { biasInWords, plusMinusInWords } from '../../src/report/uncertaintyInWords.js';
import type { LayerUncertainty } from '../../src/stats/uncertainty.js';
import { layer, run } from '../support/runs.js';

/** Of a layer of 64 features, with that error and bias of its saturation, by four groups of one size. */
function known(standardError: number, bias: number): LayerUncertainty {
  const of = (factor: number) => ({
    standardError: factor * standardError,
    bias: factor * bias,
    interval: [factor * 0.25, factor * 0.375] as const,
  });
  return {
    groups: 4,
    degreesOfFreedom: 3,
    saturation: of(1),
    intrinsicDimensionality: of(64),
    effectiveRank: of(64),
  };
}

describe('how well a saturation is known', () => {
  it('is half the width of its interval, in points: t is 3.182 with three degrees of freedom', () => {
    expect(plusMinusInWords(layer('a', 20, 64, { uncertainty: known(0.01, 0) }))).toBe('±3.2');
    expect(plusMinusInWords(layer('a', 20, 64, { uncertainty: known(0.1, 0) }))).toBe('±32');
    expect(plusMinusInWords(layer('a', 20, 64))).toBe('');
  });

  it('stands beside the saturation in the table and in Markdown, and is explained', () => {
    const shown = run([layer('a', 20, 64, { uncertainty: known(0.01, 0) }), layer('b', 20, 64)]);
    const text = report(shown);
    expect(text).toMatch(/31\.3 % ±3\.2 {2}20\/64/);
    expect(text).toMatch(/^± {6}= half of the 95 % interval/m);
    expect(report(shown, { format: 'markdown' })).toContain('31.3 % ±3.2');
    expect(report(run([layer('b', 20, 64)]))).not.toContain('±');
  });

  it('says which layers more samples would change most', () => {
    const layers = [
      layer('a', 20, 64, { uncertainty: known(0.01, -0.03) }),
      layer('b', 20, 64, { uncertainty: known(0.01, -0.05) }),
      layer('c', 20, 64, { uncertainty: known(0.01, -0.01) }),
    ];
    expect(biasInWords(layers, ({ name }) => name)).toBe(
      'few samples: with more of them the saturation of b would rise, by about 5.0 points (2 layers by 2 points or more)',
    );
    expect(biasInWords(layers.slice(2), ({ name }) => name)).toBeUndefined();
  });
});
