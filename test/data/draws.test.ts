import { expect, test } from 'vitest';
import { Draws } from '../../src/data/draws.js';

const all = { block: 1, every: 1 };

test('draws without replacement, ascending, until none is left', () => {
  const draws = new Draws(100, all, 3);
  const first = [...draws.next(60)];
  expect(first).toEqual([...first].sort((a, b) => a - b));
  expect(draws.left).toBe(40);
  const rest = [...draws.next(1000)];
  expect(draws.left).toBe(0);
  expect([...first, ...rest].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('draws only from the samples of a selection', () => {
  expect([...new Draws(13, { block: 2, every: 3 }, 0).next(9)]).toEqual([4, 5, 10, 11]);
});

test('is the same for the same seed, and another for another', () => {
  const drawn = (seed: number) => [...new Draws(1000, all, seed).next(10)].join();
  expect(drawn(1)).toBe(drawn(1));
  expect(drawn(1)).not.toBe(drawn(2));
});

test('every sample is as likely as every other', () => {
  const size = 10;
  const counts = new Array<number>(size).fill(0);
  const rounds = 4000;
  for (let seed = 0; seed < rounds; seed++) for (const i of new Draws(size, all, seed).next(3)) counts[i]++;
  // χ² of ten counts of 1200, which vary by a factor of 1 − 3/10 less: the 99.9 % quantile at 9 degrees is 27.9.
  const expected = (rounds * 3) / size;
  const chiSquare =
    counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) / (1 - 3 / size);
  expect(chiSquare).toBeLessThan(27.9);
});
