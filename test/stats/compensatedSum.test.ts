import { expect, it } from 'vitest';
import { compensatedSum } from '../../src/stats/compensatedSum.js';

it('a compensated sum keeps what a plain one loses, whichever term is the larger', () => {
  const large = compensatedSum();
  // 1 + 1e100 + 1 − 1e100 = 2, of which nothing is left in plain doubles.
  expect([1, 1e100, 1, -1e100].map((term) => large.add(term))).toEqual([1, 1e100, 1e100, 2]);
  const tenths = compensatedSum();
  let last = 0;
  for (let i = 0; i < 10; i++) last = tenths.add(0.1);
  // A plain sum gives 0.9999999999999999.
  expect(last).toBe(1);
});
