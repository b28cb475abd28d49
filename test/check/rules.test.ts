import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.js';
import type { Rule } from '../../src/check/rule.js';
import type { Run } from '../../src/run/schema.js';
import { invalidLayer, layer, run } from '../support/runs.js';

const now = run([
  layer('stem', 8, 10),
  layer('layer1.a', 6, 10),
  layer('layer1.b', 4, 10, { op: 'Gemm' }),
  layer('layer2.a', 2, 10),
]);
const rules = (...given: Omit<Rule, 'origin'>[]) => ({
  rules: given.map((rule, i) => ({ ...rule, origin: `rules[${i}]` })),
});
const failed = (result: ReturnType<typeof check>) =>
  result.violations.map(({ layer: name, message }) => [name, message]);

describe('a rule', () => {
  it('is about any number of a layer', () => {
    expect(failed(check(now, rules({ statistic: 'trace', min: 3 })))).toEqual([
      ['layer2.a', 'trace 2 is below 3'],
    ]);
    expect(failed(check(now, rules({ statistic: 'deadShare', max: 0.6 })))).toEqual([
      ['layer2.a', 'deadShare 0.8 is above 0.6'],
    ]);
    const singular = check(now, rules({ layers: ['stem'], statistic: 'logDeterminant', min: -1000 }));
    expect(failed(singular)).toEqual([['stem', 'has no logDeterminant that could be checked']]);
  });

  it('chooses layers by glob and by operator, which both have to fit', () => {
    const chosen = (rule: Partial<Rule>) =>
      check(now, rules({ statistic: 'features', min: 1, ...rule })).judgements.map((each) => each.layer);
    expect(chosen({ layers: ['layer1.*'] })).toEqual(['layer1.a', 'layer1.b']);
    expect(chosen({ op: ['Gemm'] })).toEqual(['layer1.b']);
    expect(chosen({ layers: ['layer1.*', 'stem'], op: ['Conv'] })).toEqual(['stem', 'layer1.a']);
  });

  it('goes before earlier ones on the same number and kind of bound only', () => {
    const result = check(
      now,
      rules(
        { statistic: 'saturation', min: 0.5, max: 0.7 },
        { layers: ['layer1.b'], statistic: 'saturation', min: 0.4 },
        { layers: ['layer2.a'], statistic: 'saturation', min: 0.5, level: 'off' },
      ),
    );
    expect(failed(result)).toEqual([['stem', 'saturation 0.8 is above 0.7']]);
    expect(result.comparisons).toBe(7);
    const off = check(
      now,
      rules({ statistic: 'saturation', min: 0.9 }, { op: ['Conv'], statistic: 'saturation', level: 'off' }),
    );
    expect(off.judgements.map((each) => each.layer)).toEqual(['layer1.b']);
  });

  it('goes before the bounds on saturation', () => {
    const both = { minSaturation: [{ bound: 0.9 }], ...rules({ statistic: 'saturation', min: 0.1 }) };
    expect(check(now, both).passed).toBe(true);
  });

  it('of level warn is broken without failing', () => {
    const result = check(now, rules({ statistic: 'saturation', min: 0.3, level: 'warn' }));
    expect(result).toMatchObject({ passed: true, violations: [] });
    expect(result.judgements.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'warned']);
  });

  it.each<[Omit<Rule, 'origin'>, number]>([
    [{ statistic: 'saturation', aggregate: 'mean', max: 0 }, 0.5],
    [{ statistic: 'saturation', aggregate: 'median', max: 0 }, 0.5],
    [{ statistic: 'saturation', aggregate: 'min', max: 0 }, 0.2],
    [{ statistic: 'saturation', aggregate: 'max', max: 0 }, 0.8],
    [{ statistic: 'features', aggregate: 'sum', max: 0 }, 40],
    [{ statistic: 'saturation', aggregate: 'share', below: 0.5, max: 0 }, 0.5],
    [{ statistic: 'saturation', aggregate: 'share', below: 0.3, above: 0.7, max: 0 }, 0.5],
    [{ statistic: 'layers', max: 0 }, 4],
    [{ statistic: 'layers', op: ['Conv'], max: 0 }, 3],
  ])('makes one number of several layers: %o', (rule, value) => {
    const [judgement, ...others] = check(now, rules(rule)).judgements;
    expect(others).toEqual([]);
    expect(judgement).not.toHaveProperty('layer');
    expect(judgement).toMatchObject({ outcome: 'failed' });
    expect(judgement.value).toBeCloseTo(value, 12);
  });

  it('counts readings: the tail, and layers that cannot be judged', () => {
    const tailed = run([
      ...[layer('a', 80, 100), layer('b', 70, 100), layer('c', 2, 100), layer('d', 3, 100)],
      layer('e', 4, 10, { observations: 10 }),
      layer('fc', 9, 10),
    ]);
    const counted = (rule: Omit<Rule, 'origin'>) => check(tailed, rules(rule)).judgements[0].value;
    expect(counted({ statistic: 'tail', max: 0 })).toBe(2);
    expect(counted({ statistic: 'tail', aggregate: 'share', max: 0 })).toBeCloseTo(1 / 3, 12);
    expect(counted({ statistic: 'tail', layers: ['[abc]'], max: 0 })).toBe(1);
    expect(counted({ statistic: 'uncertain', max: 0 })).toBe(1);
    expect(counted({ statistic: 'invalid', max: 0 })).toBe(0);
  });

  it.each(['tail', 'dead', 'narrow', 'uncertain', 'healthy'])(
    'counts no %s layers where one that it chooses was not measured',
    (statistic) => {
      const unmeasured = run([layer('a', 8, 10), invalidLayer('b', 4), layer('fc', 9, 10)]);
      const unknown = { outcome: 'failed', value: null, reason: 'invalid' };
      expect(check(unmeasured, rules({ statistic, max: 0 })).judgements).toMatchObject([unknown]);
      const share = { statistic, aggregate: 'share', max: 1 } as const;
      expect(check(unmeasured, rules(share)).judgements).toMatchObject([unknown]);
      const elsewhere = check(unmeasured, rules({ statistic, layers: ['a'], max: 1 }));
      expect(elsewhere).toMatchObject({ passed: true, violations: [] });
      expect(check(unmeasured, rules({ statistic: 'invalid', max: 0 })).judgements[0].value).toBe(1);
      expect(check(unmeasured, rules({ statistic: 'layers', max: 3 })).passed).toBe(true);
    },
  );

  it('takes the middle of the numbers in their order, and of two the mean', () => {
    const traces = (...values: number[]) => run(values.map((trace, i) => layer(`l${i}`, 1, 2, { trace })));
    const median = (of: Run) =>
      check(of, rules({ statistic: 'trace', aggregate: 'median', max: 1000 })).judgements[0].value;
    expect(median(traces(2, 10, 9))).toBe(9);
    expect(median(traces(3, 100, 20, 7))).toBe(13.5);
  });

  it('counts those beyond a limit, not those at it', () => {
    const share = (limits: Partial<Rule>) =>
      check(now, rules({ statistic: 'saturation', aggregate: 'share', max: 1, ...limits })).judgements[0]
        .value;
    // 0.8, 0.6, 0.4, 0.2
    expect(share({ below: 0.4 })).toBe(0.25);
    expect(share({ above: 0.6 })).toBe(0.25);
    expect(share({ below: 0.7, above: 0.75 })).toBe(1);
  });

  it('is about the layers that it chooses, each choice by itself', () => {
    const mean = { statistic: 'saturation', aggregate: 'mean' } as const;
    const [conv, early, all] = check(
      now,
      rules(
        { ...mean, op: ['Conv'], min: 0.1 },
        { ...mean, layers: ['stem', 'layer1.*'], min: 0.1 },
        { ...mean, min: 0.9 },
        { ...mean, min: 0.2 },
      ),
    ).judgements;
    expect(conv.value).toBeCloseTo((0.8 + 0.6 + 0.2) / 3, 12);
    expect(early.value).toBeCloseTo((0.8 + 0.6 + 0.4) / 3, 12);
    expect(all).toMatchObject({ bound: 0.2, outcome: 'passed', statistic: 'mean saturation' });
  });

  it('leaves rules on other numbers of the same layer alone', () => {
    const both = rules({ statistic: 'saturation', min: 0.9 }, { statistic: 'trace', min: 1 });
    expect(check(now, { rules: both.rules }).violations.map(({ statistic }) => statistic)).toEqual(
      Array(4).fill('saturation'),
    );
  });

  it('has no number for layers of which one has none', () => {
    const broken = run([...now.layers, invalidLayer('x', 4)]);
    expect(failed(check(broken, rules({ statistic: 'trace', aggregate: 'mean', min: 0 })))).toEqual([
      [undefined, 'has no mean trace that could be checked'],
    ]);
  });

  it('compares with a baseline, both ways', () => {
    const before = run(now.layers.map((each) => ({ ...each, trace: 4 })));
    const against = (rule: Omit<Rule, 'origin'>) => failed(check(now, { ...rules(rule), baseline: before }));
    expect(against({ statistic: 'trace', maxDrop: 1 })).toEqual([
      ['layer2.a', "trace 2 is 2 below the baseline's 4, more than 1"],
    ]);
    expect(against({ statistic: 'trace', maxRise: 2 })).toEqual([
      ['stem', "trace 8 is 4 above the baseline's 4, more than 2"],
    ]);
    expect(against({ statistic: 'trace', aggregate: 'mean', maxRise: 0.5 })).toEqual([
      [undefined, "mean trace 5 is 1 above the baseline's 4, more than 0.5"],
    ]);
  });

  it('compares what all layers make together, with a word on either number', () => {
    const before = run(
      now.layers.map((each) => ({ ...each, trace: each.trace === null ? null : each.trace + 1 })),
    );
    const rule = { statistic: 'trace', aggregate: 'sum', layers: ['stem', 'layer1.a'] } as const;
    const [drop, rise] = check(now, {
      ...rules({ ...rule, maxDrop: 2 }, { ...rule, maxRise: 0 }),
      baseline: before,
    }).judgements;
    expect(drop).toMatchObject({
      value: 14,
      baseline: 16,
      outcome: 'passed',
      message: 'sum trace 14, 16 in the baseline',
    });
    expect(rise).toMatchObject({ value: 14, baseline: 16, outcome: 'passed' });
  });

  it('forgives a change what rounding does to numbers of its size, and no more', () => {
    const drop = (before: number, after: number, maxDrop: number) =>
      check(run([layer('a', 1, 2, { trace: after })]), {
        ...rules({ statistic: 'trace', maxDrop }),
        baseline: run([layer('a', 1, 2, { trace: before })]),
      }).passed;
    // A billionth of the baseline's number: of 4e12, 4000.
    expect(drop(4e12, 4e12 - 4900, 1000)).toBe(true);
    expect(drop(4e12, 4e12 - 5100, 1000)).toBe(false);
    expect(drop(0.5, 0.4, 0.1 - 0.9e-9)).toBe(true);
    expect(drop(0.5, 0.4, 0.1 - 1.1e-9)).toBe(false);
  });

  it('has no number of a baseline where it does not compare with it', () => {
    const result = check(now, {
      ...rules({ statistic: 'trace', min: 1 }, { statistic: 'saturation', maxRise: 0 }),
      baseline: run([...now.layers, layer('gone', 1, 10)]),
    });
    const ofStem = result.judgements.filter((each) => each.layer === 'stem');
    expect(ofStem[0]).not.toHaveProperty('baseline');
    expect(ofStem[1]).toMatchObject({ value: 0.8, baseline: 0.8 });
    expect(ofStem[0]).not.toHaveProperty('reason');
    // The rule from below says nothing about a layer that is not there.
    expect(result.violations).toMatchObject([
      { layer: 'gone', kind: 'maxRise', baseline: 0.1, reason: 'gone', warnings: [] },
    ]);
  });

  it.each<[Omit<Rule, 'origin'>, RegExp]>([
    [
      { statistic: 'trace', layers: ['nope*'], min: 0 },
      /rules\[0\] nope\* matches no layer: the run has stem, /,
    ],
    [{ statistic: 'trace', layers: ['stem', 'nope'], min: 0 }, /nope matches no layer/],
    [{ statistic: 'trace', op: ['LSTM'], min: 0 }, /no layer is a LSTM; the run has Conv, Gemm/],
    [{ statistic: 'trace', layers: ['stem'], op: ['Gemm'], min: 0 }, /chooses no layer/],
    [{ statistic: 'trace', maxRise: 1 }, /needs a run to compare with/],
    [{ statistic: 'trace', min: Number.NaN }, /min should be a finite number/],
    [{ statistic: 'trace', min: 1, level: 'off' }, /no rule compares anything/],
  ])('is refused, and no pass: %o', (rule, message) => {
    expect(() => check(now, rules(rule))).toThrow(message);
  });
});
