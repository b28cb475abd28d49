import { expect, it } from 'vitest';
import { countingRule, ruleCalled, ruleInWords, storedRule } from '../../src/run/storedRule.js';

it.each([
  ['explained', 'explained', 'explained'],
  ['delve-0.1.50', 'delve', 'delve'],
  // What delve-onnx 0.1.0 wrote as `delve` was what the package's source intends.
  ['delve', 'intended', 'delve as of delve-onnx 0.1.0'],
] as const)('what run.json calls %s is counted as %s and called %s', (stored, counted, words) => {
  expect(countingRule(stored)).toBe(counted);
  expect(ruleInWords(stored)).toBe(words);
});

it('what may be asked for comes back as it was asked', () => {
  expect(ruleCalled('explained')).toBe('explained');
  expect(ruleCalled('delve')).toBe('delve');
  expect(ruleCalled('delve-0.1.50')).toBe('delve');
  expect(storedRule('explained')).toBe('explained');
  expect(countingRule(storedRule('delve'))).toBe('delve');
});
