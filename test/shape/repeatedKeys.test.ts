import { describe, expect, it } from 'vitest';
import { repeatedKeys } from '../../src/shape/repeatedKeys.js';

describe('keys that stand twice', () => {
  it.each<[string, string[]]>([
    ['{"a": 1, "b": 2}', []],
    ['{"a": 1, "a": 2}', ['a']],
    ['{"rules": [{"min": 1}, {"min": 1, "max": 2, "min": 3}]}', ['rules[1].min']],
    ['[[{"a": {"b": 1, "b": 2}}], {"a": 1}]', ['[0][0].a.b']],
    // The value is no key, also where it looks like one, and text holds what looks like structure.
    ['{"a": "a", "b": ["a", "b"], "c": "{\\"a\\": \\"\\\\", "d": "}"}', []],
    ['{"rules": 1, "r\\u0075les": 2}', ['rules']],
    ['{"__proto__": 1, "__proto__": 2}', ['__proto__']],
    ['"a"', []],
  ])('of %s', (text, expected) => {
    JSON.parse(text);
    expect(repeatedKeys(text)).toEqual(expected);
  });

  it('are looked for however deep a document is', () => {
    expect(repeatedKeys(`${'['.repeat(1e5)}${']'.repeat(1e5)}`)).toEqual([]);
  });
});
