import { expect, it } from 'vitest';
import type { Judgement } from '../../src/check/judgement.js';
import type { Rule } from '../../src/check/rule.js';
import { found, statisticInWords, titleOf } from '../../src/check/wording.js';

const rule = (parts: Partial<Rule>): Rule => ({ statistic: 'saturation', origin: 'rules[0]', ...parts });

it.each<[Partial<Rule>, string]>([
  [{}, 'saturation'],
  [{ aggregate: 'mean' }, 'mean saturation'],
  [{ aggregate: 'share', below: 0.1 }, 'share of layers with saturation below 0.1'],
  [{ aggregate: 'share', above: 0.9 }, 'share of layers with saturation above 0.9'],
  [{ aggregate: 'share', below: 0, above: 1 }, 'share of layers with saturation below 0 or above 1'],
])('what %o bounds is %s', (parts, words) => {
  expect(statisticInWords(rule(parts))).toBe(words);
});

const judgement = (parts: Partial<Judgement> & Pick<Judgement, 'kind'>): Judgement => ({
  ...{ rule: rule({}), statistic: 'trace', bound: 2, value: 3, outcome: 'passed', message: '', warnings: [] },
  ...parts,
});

it.each<[Judgement['kind'], string]>([
  ['min', 'trace ≥ 2'],
  ['max', 'trace ≤ 2'],
  ['maxDrop', 'trace drops by ≤ 2'],
  ['maxRise', 'trace rises by ≤ 2'],
])('a rule of kind %s has the title %s', (kind, title) => {
  expect(titleOf(judgement({ kind }))).toBe(title);
});

it('a title names the layers that the rule chooses', () => {
  const chosen = rule({ layers: ['layer4.*', 'fc'], op: ['Conv'] });
  expect(titleOf(judgement({ kind: 'min', rule: chosen }))).toBe('trace of layer4.*, fc, Conv layers ≥ 2');
});

it.each<[Partial<Judgement> & Pick<Judgement, 'kind'>, string]>([
  [{ kind: 'min' }, 'trace 3'],
  [{ kind: 'maxRise', baseline: 4 }, 'trace 3, 4 in the baseline'],
  [{ kind: 'min', reason: 'gone' }, 'is gone: the baseline has it, this run has not'],
  [{ kind: 'max', reason: 'invalid', value: null }, 'has no trace that could be checked'],
  [{ kind: 'maxRise', reason: 'invalid', baseline: null }, 'has no trace in the baseline to compare with'],
  [{ kind: 'maxDrop', reason: 'invalid' }, 'has no trace in the baseline to compare with'],
  [{ kind: 'min', reason: 'bound', bound: 5 }, 'trace 3 is below 5'],
  [{ kind: 'max', reason: 'bound' }, 'trace 3 is above 2'],
  [{ kind: 'maxDrop', reason: 'bound', baseline: 9 }, "trace 3 is 6 below the baseline's 9, more than 2"],
  [
    { kind: 'maxRise', reason: 'bound', baseline: 0.5 },
    "trace 3 is 2.5 above the baseline's 0.5, more than 2",
  ],
  // Four digits would make it look like the bound.
  [{ kind: 'max', reason: 'bound', value: 2.00001 }, 'trace 2.00001 is above 2'],
])('what was found is said in words: %o', (parts, words) => {
  expect(found(judgement(parts))).toBe(words);
});
