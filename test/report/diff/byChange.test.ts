import { expect, it } from 'vitest';
import { byChange } from '../../../src/report/diff/byChange.js';
import { diffRuns } from '../../../src/run/compare/diffRuns.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

it('puts the largest change first, whichever way, and what lost its number before all', () => {
  const before = run([
    layer('same', 3, 10),
    invalidLayer('never', 10),
    layer('up', 3, 10),
    layer('down', 9, 10),
    layer('lost', 3, 10),
    layer('little', 5, 10),
    invalidLayer('found', 10),
  ]);
  const after = run([
    layer('same', 3, 10),
    invalidLayer('never', 10),
    layer('up', 5, 10),
    layer('down', 2, 10),
    invalidLayer('lost', 10),
    layer('little', 4, 10),
    layer('found', 1, 10),
  ]);
  expect(byChange(diffRuns(before, after).layers).map(({ name }) => name)).toEqual([
    'lost',
    'found',
    'down',
    'up',
    'little',
    'same',
    'never',
  ]);
});
