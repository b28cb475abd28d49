import { expect, it } from 'vitest';
import { compact, counted, duration, listed, namesListed, percent } from '../../src/text/numbers.js';

it.each([
  [0, '0.0 %'],
  [0.7917, '79.2 %'],
  [0.0001, '0.1 %'],
  [0.9999, '99.9 %'],
  [1, '100.0 %'],
])('writes the share %d as %s', (share, text) => expect(percent(share)).toBe(text));

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1k'],
  [31808, '31.8k'],
  [999_499, '999k'],
  [999_500, '1M'],
  [1_234_567, '1.23M'],
  [5e9, '5G'],
  [2e15, '2000T'],
])('writes the count %d as %s', (count, text) => expect(compact(count)).toBe(text));

it.each([
  [0.0421, '42 ms'],
  [3.12, '3.1 s'],
  [59.94, '59.9 s'],
  [59.97, '1 min 0 s'],
  [125.2, '2 min 5 s'],
  [3599.7, '1 h 0 min'],
  [7384, '2 h 3 min'],
])('writes %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

it('lists names, but not all of many', () => {
  expect(listed([])).toBe('');
  expect(listed(['a'])).toBe('a');
  expect(listed(['a', 'b'])).toBe('a and b');
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
});

it('lists what a file names, however much that is', () => {
  expect(namesListed([])).toBe('none');
  expect(namesListed(['a', 'b'])).toBe('a, b');
  expect(namesListed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  const many = Array.from({ length: 60_000 }, (_, i) => `arr_${i}`);
  expect(namesListed(many, 3)).toBe('arr_0, arr_1, arr_2 and 59,997 more');
  expect(namesListed(['x'.repeat(100_000)])).toBe(`${'x'.repeat(60)}…`);
});

it('counts in words', () => {
  expect(counted(1, 'layer')).toBe('1 layer');
  expect(counted(0, 'layer')).toBe('0 layers');
});
