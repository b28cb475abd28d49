import { expect, test } from 'vitest';
import { goesOn, isWanted, wantedRuns } from '../../src/data/selection.js';

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

test('chosen samples come as runs, and are wanted one by one', () => {
  const selection = { chosen: Uint32Array.of(0, 1, 2, 5, 7, 8) };
  expect([...wantedRuns(selection, 9)]).toEqual([
    [0, 3],
    [5, 6],
    [7, 9],
  ]);
  expect([...wantedRuns(selection, 8)].at(-1)).toEqual([7, 8]);
  expect([...Array(10).keys()].filter((i) => isWanted(selection, i))).toEqual([0, 1, 2, 5, 7, 8]);
  expect([goesOn(selection, 8), goesOn(selection, 9)]).toEqual([true, false]);
  expect([...wantedRuns({ chosen: new Uint32Array(0) }, 9)]).toEqual([]);
});
