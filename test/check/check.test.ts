import { describe, expect, it } from 'vitest';
import { check, requireFittingRules } from '../../src/check/check.js';
import { UserError } from '../../src/errors.js';
import { checkMarkdown } from '../../src/report/checks/checkMarkdown.js';
import { formatCheck } from '../../src/report/checks/checkText.js';
import { junit } from '../../src/report/checks/junit.js';
import type { RunData, RunSettings } from '../../src/run/schema.js';
import { invalidLayer, layer, run } from '../support/runs.js';

const sound = run([layer('a', 8, 10), layer('b', 2, 10), layer('layer4.c', 5, 10)]);
const summary = (result: ReturnType<typeof check>) =>
  result.violations.map(({ rule, reason, layer }) => [layer, rule.origin.split(' ')[0], reason]);

describe('a check', () => {
  it('passes where every layer holds to its bounds, and counts', () => {
    expect(
      check(sound, { minSaturation: [{ bound: 0.2 }], maxSaturation: [{ glob: 'a', bound: 0.8 }] }),
    ).toMatchObject({
      passed: true,
      violations: [],
      layers: 3,
      comparisons: 4,
      added: [],
      differences: [],
      doubtful: [],
    });
  });

  it('judges no layer of a body that no data went into, unless it did before', () => {
    const inside = 'the else_branch of If choice';
    const { invalid: _, ...nothing } = invalidLayer('b', 10);
    const never = run([layer('a', 8, 10), { ...nothing, inside, observations: 0 }]);
    const rules = { minSaturation: [{ bound: 0.5 }] };
    expect(check(never, rules)).toMatchObject({ passed: true, comparisons: 1 });
    const mean = {
      rules: [{ statistic: 'saturation', aggregate: 'mean', min: 0.5, origin: 'rules[0]' }],
    } as const;
    expect(check(never, mean)).toMatchObject({ passed: true, comparisons: 1 });
    const before = run([layer('a', 8, 10), layer('b', 5, 10, { inside })]);
    expect(check(never, { maxDrop: [{ bound: 0.1 }], baseline: before }).violations).toMatchObject([
      { layer: 'b' },
    ]);
    expect(check(never, { maxDrop: [{ bound: 0.1 }], baseline: never })).toMatchObject({ passed: true });
    // Outside of bodies a layer without observations is a fault.
    expect(check(run([{ ...nothing, observations: 0 }]), rules).passed).toBe(false);
  });

  it('names every layer below and above, with value and bound', () => {
    const result = check(sound, {
      minSaturation: [{ bound: 0.3 }],
      maxSaturation: [{ glob: 'layer4.*', bound: 0.4 }],
    });
    expect(result.passed).toBe(false);
    expect(result.violations).toMatchObject([
      { layer: 'b', kind: 'min', bound: 0.3, value: 0.2, reason: 'bound', outcome: 'failed', warnings: [] },
      { layer: 'layer4.c', kind: 'max', bound: 0.4, value: 0.5, reason: 'bound', outcome: 'failed' },
    ]);
  });

  it('lets a glob override the bound on all layers', () => {
    expect(check(sound, { minSaturation: [{ bound: 0.3 }, { glob: 'b', bound: 0.1 }] }).passed).toBe(true);
    expect(check(sound, { minSaturation: [{ glob: 'b', bound: 0.1 }, { bound: 0.3 }] }).passed).toBe(true);
  });

  it('never passes a layer without a number', () => {
    const unobserved = { ...invalidLayer('empty', 0), observations: 0, invalid: undefined };
    const result = check(run([invalidLayer('nan', 4), unobserved]), {
      minSaturation: [{ bound: 0 }],
      maxSaturation: [{ bound: 1 }],
    });
    expect(summary(result)).toEqual([
      ['nan', 'minSaturation', 'invalid'],
      ['nan', 'maxSaturation', 'invalid'],
      ['empty', 'minSaturation', 'invalid'],
      ['empty', 'maxSaturation', 'invalid'],
    ]);
    expect(result.violations[0].warnings).toEqual(['invalid: NaN or Inf in its activations in batch 3']);
  });

  it('leaves a layer without a number alone that no rule is about', () => {
    const mixed = run([...sound.layers, invalidLayer('nan', 4)]);
    expect(check(mixed, { minSaturation: [{ glob: 'a', bound: 0.1 }] }).passed).toBe(true);
  });

  it('points out layers that passed on too few observations', () => {
    const few = run([
      layer('few', 9, 10, { observations: 10, warnings: ['only 10'] }),
      layer('enough', 9, 10),
    ]);
    expect(check(few, { minSaturation: [{ bound: 0.1 }] }).doubtful).toEqual(['few']);
    expect(check(few, { minSaturation: [{ glob: 'enough', bound: 0.1 }] }).doubtful).toEqual([]);
    expect(check(few, { minSaturation: [{ bound: 0.95 }] }).doubtful).toEqual([]);
  });

  it('of all layers together is about no single one', () => {
    const rules = [{ statistic: 'saturation', aggregate: 'mean', min: 0.1, origin: 'rules[0]' }] as const;
    expect(check(sound, { rules })).toMatchObject({ passed: true, layers: 0, comparisons: 1 });
    expect(check(sound, { rules: [{ ...rules[0], min: 0.9 }] })).toMatchObject({ passed: false, layers: 0 });
  });

  it.each<[string, Parameters<typeof check>[1], RegExp]>([
    ['no rule', {}, /there is no rule to check/],
    ['empty rules', { minSaturation: [], maxSaturation: [] }, /there is no rule to check/],
    [
      'a glob that matches nothing',
      { maxSaturation: [{ glob: 'x', bound: 1 }] },
      /maxSaturation x=1 matches no layer/,
    ],
    ['a bound out of range', { minSaturation: [{ bound: 2 }] }, /minSaturation 2 is out of range/],
    ['a drop without a baseline', { maxDrop: [{ bound: 0.1 }] }, /--max-drop needs a run to compare with/],
    [
      'a drop without a baseline beside other bounds',
      { minSaturation: [{ bound: 0 }], maxDrop: [{ bound: 0.1 }] },
      /--max-drop needs a run to compare with/,
    ],
    ['a baseline without a drop', { baseline: sound }, /a baseline alone is no rule/],
    [
      'a baseline with bounds that do not look at it',
      { baseline: sound, minSaturation: [{ bound: 0 }] },
      /a baseline alone is no rule/,
    ],
  ])('refuses %s', (_, rules, message) => {
    expect(() => check(sound, rules)).toThrow(UserError);
    expect(() => check(sound, rules)).toThrow(message);
  });

  it('refuses a run without layers', () => {
    expect(() => check(run([]), { minSaturation: [{ bound: 0 }] })).toThrow('the run has no layers');
  });
});

describe('a check against a baseline of another export', () => {
  const old = run([
    layer('stem', 80, 100, { weights: 'A' }),
    layer('head', 50, 100, { weights: 'B' }),
    layer('gone', 40, 100, { weights: 'C' }),
  ]);
  const now = run([layer('conv_0', 70, 100, { weights: 'A' }), layer('gone', 50, 100, { weights: 'B' })]);

  it('holds a layer against the one of its weight, and says what that was called', () => {
    const result = check(now, { baseline: old, maxDrop: [{ bound: 0.05 }, { glob: 'gone', bound: 0 }] });
    expect(result.renamed).toEqual([
      { name: 'conv_0', was: 'stem' },
      { name: 'gone', was: 'head' },
    ]);
    expect(summary(result)).toEqual([
      ['conv_0', 'maxDrop', 'bound'],
      ['gone (of the baseline)', 'maxDrop', 'gone'],
    ]);
    expect(result.violations[0]).toMatchObject({ value: 0.7, baseline: 0.8 });
    expect(formatCheck(result)).toContain(
      '\n  another name in the baseline: conv_0 (was stem) and gone (was head)\n',
    );
    expect(checkMarkdown(result, now)).toContain(
      'Another name in the baseline: `conv_0` (was `stem`) and `gone` (was `head`)',
    );
    expect(junit(result, now)).toContain('another name in the baseline: conv_0 (was stem)');
  });

  it('takes rules by the names of the run, and refuses none of them before the pass', () => {
    const rules = { baseline: old, maxDrop: [{ glob: 'conv_*', bound: 0.2 }] };
    expect(() => requireFittingRules(now, rules)).not.toThrow();
    expect(check(now, rules).passed).toBe(true);
    expect(() => check(now, { ...rules, maxDrop: [{ glob: 'stem', bound: 0.2 }] })).toThrow(
      /matches no layer: the run has conv_0, gone/,
    );
  });
});

describe('rules, before there is a run', () => {
  const layers = { layers: sound.layers.map(({ name, op }) => ({ name, op })) };

  it('have to be about layers that there will be', () => {
    expect(() => requireFittingRules(layers, { minSaturation: [{ glob: 'a', bound: 0.1 }] })).not.toThrow();
    expect(() => requireFittingRules(layers, { minSaturation: [{ glob: 'x', bound: 0.1 }] })).toThrow(
      'minSaturation x=0.1 matches no layer: the run has a, b, layer4.c',
    );
    expect(() => requireFittingRules(layers, {})).toThrow('there is no rule to check');
  });

  it('need a baseline, unless the run is to become it', () => {
    const maxDrop = [{ bound: 0.1 }];
    expect(() => requireFittingRules(layers, { maxDrop })).toThrow('--max-drop needs a run to compare with');
    expect(() => requireFittingRules(layers, { maxDrop }, true)).not.toThrow();
    expect(() => requireFittingRules(layers, { maxDrop: [{ glob: 'x', bound: 0.1 }] }, true)).toThrow(
      'maxDrop x=0.1 matches no layer',
    );
  });
});

describe('a check against a baseline', () => {
  const baseline = run([layer('a', 80, 100), layer('b', 50, 100), layer('c', 40, 100)]);
  const maxDrop = [{ bound: 0.05 }];

  it('allows the drop itself, in spite of rounding, and any rise', () => {
    // 0.8 − 0.75 = 0.050000000000000044 in floating point.
    const now = run([layer('a', 75, 100), layer('b', 60, 100), layer('c', 40, 100)]);
    expect(check(now, { baseline, maxDrop })).toMatchObject({ passed: true, layers: 3, comparisons: 3 });
  });

  it('names layers that fell further', () => {
    const now = run([layer('a', 74, 100), layer('b', 50, 100), layer('c', 35, 100)]);
    expect(check(now, { baseline, maxDrop }).violations).toMatchObject([
      { layer: 'a', kind: 'maxDrop', bound: 0.05, value: 0.74, baseline: 0.8, reason: 'bound', warnings: [] },
    ]);
  });

  it('takes the drop for some layers by glob', () => {
    const now = run([layer('a', 50, 100), layer('b', 49, 100), layer('c', 40, 100)]);
    const result = check(now, { baseline, maxDrop: [{ bound: 0.5 }, { glob: 'b', bound: 0 }] });
    expect(summary(result)).toEqual([['b', 'maxDrop', 'bound']]);
  });

  it('misses layers that are gone, and does not hold new ones against it', () => {
    const now = run([layer('a', 80, 100), layer('new', 1, 100), layer('c', 40, 100)]);
    const result = check(now, { baseline, maxDrop });
    expect(summary(result)).toEqual([['b', 'maxDrop', 'gone']]);
    expect(result.violations[0]).toMatchObject({ value: null, baseline: 0.5 });
    expect(result.added).toEqual(['new']);
    expect(result.comparisons).toBe(3);
  });

  it('does not miss a layer that no drop is about', () => {
    const now = run([layer('a', 80, 100), layer('c', 40, 100)]);
    expect(check(now, { baseline, maxDrop: [{ glob: '[ac]', bound: 0 }] }).passed).toBe(true);
  });

  it('never passes a layer without a number on either side', () => {
    const now = run([invalidLayer('a', 100), layer('b', 50, 100), layer('c', 40, 100)]);
    expect(summary(check(now, { baseline, maxDrop }))).toEqual([['a', 'maxDrop', 'invalid']]);
    const broken = run([layer('a', 80, 100), invalidLayer('b', 100), layer('c', 40, 100)]);
    expect(summary(check(baseline, { baseline: broken, maxDrop }))).toEqual([['b', 'maxDrop', 'invalid']]);
  });

  it('compares layers that were not reached with those of any width', () => {
    const unreached = layer('a', 0, 0, { observations: 0, saturation: null });
    const rest = baseline.layers.slice(1);
    const now = run([unreached, ...rest]);
    expect(summary(check(now, { baseline, maxDrop }))).toEqual([['a', 'maxDrop', 'invalid']]);
    expect(summary(check(baseline, { baseline: now, maxDrop }))).toEqual([['a', 'maxDrop', 'invalid']]);
  });

  const withSettings = (parts: Partial<RunSettings>) =>
    run(baseline.layers, { settings: { ...baseline.settings, ...parts } });
  it.each<[string, ReturnType<typeof run>, RegExp]>([
    ['another threshold', withSettings({ threshold: 0.9 }), /made with threshold 0.9, this run with 0.99/],
    [
      'another rule',
      withSettings({ idimRule: 'delve-0.1.50' }),
      /made with idimRule delve, this run with explained/,
    ],
    [
      'another pooling',
      withSettings({ convMethod: 'mean' }),
      /made with convMethod mean, this run with channelwise/,
    ],
    [
      'another sequence method',
      withSettings({ sequenceMethod: 'flatten' }),
      /made with sequenceMethod flatten, this run with last/,
    ],
    [
      'another linear method',
      withSettings({ linearMethod: 'last' }),
      /made with linearMethod last, this run with timestepwise/,
    ],
    ['interpolation', withSettings({ interpolate: 32 }), /made with interpolate 32, this run with none/],
    ['no layer in common', run([layer('x', 1, 2)]), /no layer in common/],
    ['other widths', run([layer('a', 1, 64)]), /layer a has 64 features in the baseline and 100 in this run/],
  ])('refuses a baseline with %s', (_, other, message) => {
    expect(() => check(baseline, { baseline: other, maxDrop })).toThrow(UserError);
    expect(() => check(baseline, { baseline: other, maxDrop })).toThrow(message);
  });

  it('takes a baseline of another provider, precision and batch size, and says what may matter', () => {
    const other = withSettings({ provider: 'cuda', precision: 'float32', batchSize: 1 });
    const { passed, differences } = check(baseline, { baseline: other, maxDrop });
    expect(passed).toBe(true);
    expect(differences).toMatchObject([{ setting: 'precision', before: 'float32', after: 'float64' }]);
  });

  const prepared = (mean: number, std: number, parts: Partial<RunData> = {}) =>
    run(baseline.layers, {
      data: { ...baseline.data, preprocessing: { mean: [mean], std: [std], layout: 'nchw' }, ...parts },
    });

  it('refuses a baseline of other preprocessing with both values, unless that is allowed', () => {
    const [old, now] = [prepared(0.1307, 0.3081), prepared(0.286, 0.353)];
    expect(() => check(now, { baseline: old, maxDrop })).toThrow(
      'the baseline was made with mean 0.1307, this run with 0.286 (--mean), and with std 0.3081, this run with ' +
        '0.353 (--std): analyze one of them again with the settings of the other, or compare them all the same ' +
        'with --allow-different preprocessing',
    );
    const allowDifferent = ['preprocessing'];
    const allowed = check(now, { baseline: old, maxDrop, allowDifferent });
    expect(allowed.passed).toBe(true);
    expect(formatCheck(allowed)).toContain(
      '  the baseline was made differently: mean was 0.1307 and is 0.286: the numbers do not mean the same\n',
    );
    expect(() => check(now, { baseline: prepared(0.1307, 0.3081, { reader: 'npy' }), maxDrop })).toThrow(
      /with reader npy, this run with images \(--reader\).*--allow-different data$/,
    );
  });

  it('warns of another number of samples, and of preprocessing that an old run does not tell', () => {
    const few = check(prepared(0.5, 1), { baseline: prepared(0.5, 1, { samples: 64 }), maxDrop });
    expect(few.passed).toBe(true);
    expect(formatCheck(few)).toContain('made differently: samples was 64 and is 497\n');
    const silent = check(prepared(0.5, 1), { baseline, maxDrop });
    expect(formatCheck(silent)).toContain(
      'made differently: preprocessing was unknown and is mean 0.5, std 1, layout nchw\n',
    );
    const allowDifferent = ['samples', 'preprocessing'];
    expect(check(prepared(0.5, 1), { baseline, maxDrop, allowDifferent }).differences).toEqual([]);
  });

  it('knows what may be allowed', () => {
    expect(() => check(baseline, { baseline, maxDrop, allowDifferent: ['mean'] })).toThrow(
      'allowDifferent cannot be "mean": name one or more of observation, preprocessing, data, samples, precision',
    );
  });
});
