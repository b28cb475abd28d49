import { expect, it } from 'vitest';
import { nearest } from '../../src/text/nearest.js';

it('takes the candidate with the fewest edits, case aside', () => {
  // kitten → sitting takes 3 edits, kitten → mitten 1.
  expect(nearest('kitten', ['sitting', 'mitten', 'bitte'])).toBe('mitten');
  expect(nearest('MAXDROP', ['minSaturation', 'maxDrop'])).toBe('maxDrop');
  expect(nearest('', ['abc', 'a'])).toBe('a');
});
