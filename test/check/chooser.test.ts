import { expect, it } from 'vitest';
import { chooser } from '../../src/check/chooser.js';
import type { Rule } from '../../src/check/rule.js';
import { layer, run } from '../support/runs.js';

const now = run([layer('a', 1, 10), layer('b', 2, 10, { op: 'Gemm' }), layer('new', 3, 10)]);
const before = run([layer('a', 1, 10), layer('old', 2, 10)]);
const choose = (rule: Partial<Rule>, baseline?: typeof now) =>
  chooser({ statistic: 'saturation', origin: 'rules[0]', ...rule }, now, baseline);

it('a rule may name layers that only the baseline has where it compares with it', () => {
  expect(choose({ layers: ['old'], maxDrop: 0.1 }, before)(before.layers[1])).toBe(true);
  expect(() => choose({ layers: ['old'], min: 0.1 }, before)).toThrow(
    'rules[0] old matches no layer: the run has a, b, new',
  );
});

it('a rule of which the baseline has no layer compares nothing', () => {
  expect(() => choose({ layers: ['new'], maxRise: 0.1 }, before)).toThrow('rules[0] compares nothing');
  expect(() => choose({ op: ['Gemm'], maxDrop: 0.1 }, before)).toThrow('rules[0] compares nothing');
  expect(choose({ layers: ['new', 'a'], maxDrop: 0.1 }, before)(now.layers[2])).toBe(true);
});

it('a rule that compares nothing may be about layers that the baseline lacks', () => {
  expect(choose({ layers: ['new'], min: 0.1 }, before)(now.layers[2])).toBe(true);
  expect(choose({ layers: ['new'], maxDrop: 0.1, level: 'off' }, before)(now.layers[2])).toBe(true);
});

it('a bound from below may be as high as that from above', () => {
  expect(choose({ statistic: 'trace', min: 2, max: 2 })(now.layers[1])).toBe(true);
});

it('a rule that is off needs no baseline', () => {
  expect(choose({ layers: ['new'], maxDrop: 0.1, level: 'off' })(now.layers[2])).toBe(true);
});

it.each<[Partial<Rule>, string]>([
  [{ max: 90 }, 'max 90 is out of range: saturation goes from 0 to 1 (5 % is 0.05)'],
  [{ aggregate: 'mean', min: -0.1 }, 'min -0.1 is out of range'],
  [{ statistic: 'deadShare', maxRise: 1.5 }, 'maxRise 1.5 is out of range: deadShare goes'],
  [{ statistic: 'trace', aggregate: 'share', above: 9, max: 20 }, 'max 20 is out of range: a share goes'],
  [{ statistic: 'tail', aggregate: 'share', max: 2 }, 'max 2 is out of range: a share goes'],
])('a bound that could never be broken, or always, is a mistake: %o', (rule, message) => {
  expect(() => choose(rule, now)).toThrow(`rules[0]: ${message}`);
});

it('a sum of saturations may be above 1', () => {
  expect(choose({ aggregate: 'sum', max: 2 })(now.layers[0])).toBe(true);
});
