import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.js';
import { ruleOf } from '../../../src/check/parseRule.js';
import { diffTable } from '../../../src/report/diff/diffTable.js';
import { diffRuns, isWithinNoise } from '../../../src/run/compare/diffRuns.js';
import { margin } from '../../../src/run/compare/margin.js';
import type { RunLayer } from '../../../src/run/schema.js';
import { layer, run } from '../../support/runs.js';

/** A layer of 100 features whose saturation is known to that standard error. */
function known(directions: number, standardError: number, degreesOfFreedom = 10): RunLayer {
  const estimate = (scale: number) => ({
    standardError: standardError * scale,
    bias: 0,
    interval: [0, 0] as const,
  });
  return layer('conv', directions, 100, {
    uncertainty: {
      groups: degreesOfFreedom + 1,
      degreesOfFreedom,
      saturation: estimate(1),
      intrinsicDimensionality: estimate(100),
      effectiveRank: estimate(50),
    },
  });
}

// Student's t: 2.2281 and 2.5706 at 95 % for 10 and 5 degrees of freedom, 1.8125 at 90 % for 10 (any table of it).
describe('what chance explains', () => {
  it('is t times the root of the squares of the errors, with the fewest degrees of freedom', () => {
    expect(margin('saturation', [known(50, 0.01)])).toBeCloseTo(0.022281, 6);
    expect(margin('saturation', [known(50, 0.03), known(40, 0.04)])).toBeCloseTo(2.2281 * 0.05, 5);
    expect(margin('saturation', [known(50, 0.03), known(40, 0.04, 5)])).toBeCloseTo(2.5706 * 0.05, 5);
    expect(margin('effectiveRank', [known(50, 0.02)], 0.9)).toBeCloseTo(1.8125, 4);
    expect(margin('saturation', [known(50, 0.03), layer('conv', 1, 100)])).toBeUndefined();
  });

  const dropped = (now: RunLayer, before: RunLayer, confidence?: number) =>
    check(run([now]), { baseline: run([before]), maxDrop: [{ bound: 0.05 }], confidence }).judgements[0];

  it('breaks no rule where the rule says with what confidence it would have to be more', () => {
    // A drop of 0.1 is 0.05 beyond the bound; t √(0.03² + 0.04²) is 0.111 at 95 %, 0.035 at 50 %.
    const [now, before] = [known(40, 0.03), known(50, 0.04)];
    expect(dropped(now, before).outcome).toBe('failed');
    expect(dropped(now, before, 0.5).outcome).toBe('failed');
    expect(dropped(now, before, 0.95)).toMatchObject({
      outcome: 'passed',
      message:
        "saturation 0.4 is 0.1 below the baseline's 0.5, more than 0.05, but by no more than chance explains (± 0.1114)",
    });
    expect(dropped(known(30, 0.03), before, 0.95).outcome).toBe('failed');
    expect(dropped(known(45, 0.03), before, 0.95).message).toBe('saturation 0.45, 0.5 in the baseline');
  });

  it('is nothing where a run tells no error', () => {
    expect(dropped(layer('conv', 40, 100), known(50, 0.4), 0.95).outcome).toBe('failed');
    expect(dropped(known(40, 0.4), layer('conv', 50, 100), 0.95).outcome).toBe('failed');
  });

  it('excuses no layer without a number', () => {
    const gone = { ...known(40, 1), saturation: null };
    expect(dropped(gone, known(50, 1), 0.95)).toMatchObject({ outcome: 'failed', reason: 'invalid' });
  });

  it('counts for fixed bounds and for each rule by its own confidence', () => {
    const rule = { statistic: 'intrinsicDimensionality', min: 50, origin: 'rules[0]' };
    const outcome = (confidence?: number) =>
      check(run([known(40, 0.05)]), { rules: [{ ...rule, confidence }] }).judgements[0].outcome;
    expect([outcome(), outcome(0.9), outcome(0.95)]).toEqual(['failed', 'failed', 'passed']);
  });

  it.each([
    [{ statistic: 'trace', min: 1 }, 'a run tells no error of trace'],
    [{ statistic: 'saturation', aggregate: 'mean', min: 0.1 }, 'a run tells no error of mean saturation'],
    [{ statistic: 'tail', max: 0 }, 'a run tells no error of tail'],
    [{ statistic: 'trace', min: 1, confidence: 95 }, 'confidence 95 is not a share above 0 and below 1'],
  ])('is refused of what no run tells an error of: %o', (rule, sentence) => {
    expect(() => ruleOf({ confidence: 0.95, ...rule }, 'rules[0]')).toThrow(sentence);
  });

  it('is told of each change between two runs', () => {
    const noisy = diffRuns(run([known(50, 0.03)]), run([known(40, 0.04)]));
    expect(noisy.layers[0].noise).toBeCloseTo(0.1114, 4);
    expect(isWithinNoise(noisy.layers[0])).toBe(true);
    const lines = diffTable(noisy).split('\n');
    expect(lines).toContain('conv   50.0 %  40.0 %  -10.0  ±11.1  50/100 → 40/100');
    expect(lines.join(' ')).toContain('None of the changes lies beyond what chance explains (95 %).');
    const sharp = diffRuns(run([known(50, 0.003)]), run([known(40, 0.004)]));
    expect(isWithinNoise(sharp.layers[0])).toBe(false);
    expect(diffTable(sharp).replaceAll(/\s+/g, ' ')).toContain('No change is small enough for chance');
    expect(isWithinNoise(diffRuns(run([known(50, 0.03)]), run([known(50, 0.04)])).layers[0])).toBe(false);
  });
});
