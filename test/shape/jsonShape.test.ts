import { describe, expect, it } from 'vitest';
import {
  arrayOf,
  excerpt,
  finite,
  isRecord,
  objectOf,
  oneOf,
  optional,
  orNull,
  recordOf,
  type Shape,
  ShapeError,
  string,
  wholeFrom,
  within,
} from '../../src/shape/jsonShape.js';
import { strictObject } from '../../src/shape/strictObject.js';

describe('a shape', () => {
  const whole = wholeFrom(1);
  const share = within(0, 1);
  it.each<[string, Shape, readonly unknown[], readonly unknown[]]>([
    ['text', string, ['', 'a'], [1, null, undefined, ['a']]],
    ['a finite number', finite, [0, -1.5], [Number.POSITIVE_INFINITY, Number.NaN, '1', null]],
    ['a whole number', whole, [1, 2 ** 53 - 1], [0, 1.5, 2 ** 53, '1', Number.NaN]],
    ['a share', share, [0, 0.5, 1], [-1e-9, 1.0000001, Number.NaN, '0.5', null]],
    ['one of', oneOf('a', 'b'), ['a', 'b'], ['c', 1, ['a'], undefined]],
    ['null or text', orNull(string), [null, 'a'], [undefined, 1]],
    ['text that may be missing', optional(string), [undefined, 'a'], [null, 1]],
    ['a list', arrayOf(string), [[], ['a', 'b']], ['a', [1], ['a', 1], {}, null]],
    ['a record', recordOf(whole), [{}, { a: 1, b: 2 }], [[], { a: 1, b: 0 }, null, 'a']],
    ['an object', objectOf({ a: whole }), [{ a: 1 }, { a: 1, more: true }], [{}, { a: 0 }, [], null]],
    ['a strict object', strictObject({ a: whole }), [{ a: 1 }], [{}, { a: 1, more: true }, { a: 0 }, []]],
  ])('of %s lets pass what it is, and nothing else', (_, shape, right, wrong) => {
    for (const value of right) expect(() => shape(value, 'key'), excerpt(value)).not.toThrow();
    for (const value of wrong) expect(() => shape(value, 'key'), excerpt(value)).toThrow(ShapeError);
  });

  it.each<[Shape, unknown, string]>([
    [string, 3, 'the document should be text, but is 3'],
    [wholeFrom(2), 1, 'the document should be a whole number from 2 upward, but is 1'],
    [within(0, 1), 2, 'the document should be a number from 0 to 1, but is 2'],
    [oneOf('a', 'b'), 'c', 'the document should be one of a, b, but is "c"'],
    [objectOf({ a: arrayOf(string) }), { a: ['x', 1] }, 'a[1] should be text, but is 1'],
    [objectOf({ a: objectOf({ b: string }) }), { a: {} }, 'a.b should be text, but is missing'],
    [recordOf(finite), { x: 'y' }, 'x should be a finite number, but is "y"'],
    [arrayOf(string), { a: 1 }, 'the document should be a list, but is an object'],
    [recordOf(string), [1, 2], 'the document should be an object, but is a list of 2'],
    [objectOf({}), 'a', 'the document should be an object, but is "a"'],
    [strictObject({ alpha: string }), { alhpa: 'x' }, 'the document has no key "alhpa": did you mean alpha?'],
  ])('says where and what is wrong', (shape, value, message) => {
    expect(() => shape(value, '')).toThrow(message);
  });

  it('takes no key from the prototype', () => {
    expect(() => objectOf({ toString: string })({}, '')).toThrow('toString should be text, but is missing');
    expect(() => objectOf({ constructor: optional(string) })({}, '')).not.toThrow();
  });
});

it('an object is neither a list nor null', () => {
  expect([{}, { a: 1 }].map(isRecord)).toEqual([true, true]);
  expect([[], null, undefined, 'a', 1].map(isRecord)).toEqual([false, false, false, false, false]);
});

it('an excerpt is one line of at most 41 characters', () => {
  expect(excerpt(undefined)).toBe('missing');
  expect(excerpt('a\nb')).toBe('"a\\nb"');
  expect(excerpt('x'.repeat(38))).toBe(`"${'x'.repeat(38)}"`);
  expect(excerpt('x'.repeat(39))).toBe(`"${'x'.repeat(39)}…`);
});
