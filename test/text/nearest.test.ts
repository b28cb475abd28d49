import { expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/text/nearest.js';

it('takes the candidate with the fewest edits, case aside', () => {
  // kitten → sitting takes 3 edits, kitten → mitten 1.
  expect(nearest('kitten', ['sitting', 'mitten', 'bitte'])).toBe('mitten');
  expect(nearest('MAXDROP', ['minSaturation', 'maxDrop'])).toBe('maxDrop');
  expect(nearest('', ['abc', 'a'])).toBe('a');
  expect(nearest('batch', ['mask', 'batchSize'])).toBe('batchSize');
  expect(nearest('run', ['runs', 'run'])).toBe('run');
});

it.each([
  ['kitten', 'sitting', 3],
  ['flaw', 'lawn', 2],
  ['abc', '', 3],
  ['', 'abcd', 4],
  ['same', 'same', 0],
  ['ab', 'ba', 2],
])('%j is %j after %d edits', (from, to, edits) => {
  expect(editDistance(from, to)).toBe(edits);
  expect(editDistance(to, from)).toBe(edits);
});
