import { expect, test } from 'vitest';
import { isWanted, wantedRuns } from '../../src/data/selection.js';

test.each([
  // Blocks of 2, each third of them: 4 and 5, 10 and 11.
  [
    2,
    3,
    13,
    [
      [4, 6],
      [10, 12],
    ],
  ],
  [
    2,
    3,
    11,
    [
      [4, 6],
      [10, 11],
    ],
  ],
  [2, 3, 4, []],
  [2, 3, 5, [[4, 5]]],
  [4, 1, 10, [[0, 10]]],
  [4, 1, 0, []],
  [
    1,
    2,
    5,
    [
      [1, 2],
      [3, 4],
    ],
  ],
])('of blocks of %i every %i-th of %i samples: %j', (block, every, size, runs) => {
  expect([...wantedRuns({ block, every }, size)]).toEqual(runs);
  const wanted = Array.from({ length: size }, (_, i) => i).filter((i) => isWanted({ block, every }, i));
  expect(wanted).toEqual(
    runs.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i)),
  );
});
