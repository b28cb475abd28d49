import { expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import type { SequenceMethod } from '../../src/instrument/options.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { inMemory } from '../support/graphs.js';
import { instrumentedMoments, ortTensor } from '../support/instrumented.js';
import { type Dimension, model, node, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

const options = (sequenceMethod: SequenceMethod) =>
  ({ convMethod: 'channelwise', precision: 'float64', sequenceMethod }) as const;

/** One MatMul of `x` and a constant `w`. */
function product(inputs: readonly [string, string], shape: readonly Dimension[] | undefined, w: number[]) {
  const size = w.reduce((a, b) => a * b, 1);
  return inMemory(
    model({
      inputs: [value('x', 'float32', shape)],
      nodes: [node('MatMul', inputs, ['y'], {}, { name: 'fc' })],
      outputs: ['y'],
      initializers: [
        tensor(
          'w',
          'float32',
          w,
          Array.from({ length: size }, (_, i) => i + 1),
        ),
      ],
    }),
  );
}

test.each([
  // Samples (1, 0), (0, 1), (2, 0) times [[1, 2], [3, 4]] and [[5, 6], [7, 8]].
  [
    'flatten',
    [
      [1, 2, 5, 6],
      [3, 4, 7, 8],
      [2, 4, 10, 12],
    ],
  ],
  [
    'last',
    [
      [5, 6],
      [7, 8],
      [10, 12],
    ],
  ],
] as const)('%s: the axes of a stacked weight are no samples', async (method, rows) => {
  const file = product(['x', 'w'], ['batch', 2], [2, 2, 2]);
  const x = ortTensor('float32', [3, 2], [1, 0, 0, 1, 2, 0]);
  const moments = await instrumentedMoments(file, findLayers(file).layers, options(method), { x });
  expect([...moments.values()]).toEqual([momentsOf(rows.map((row) => [...row]))]);
});

test.each([
  // [[1, 2], [3, 4]] and [[5, 6], [7, 8]] times columns (1, 0), (0, 1), (2, 0).
  [
    'flatten',
    [
      [1, 3, 5, 7],
      [2, 4, 6, 8],
      [2, 6, 10, 14],
    ],
  ],
  [
    'last',
    [
      [5, 7],
      [6, 8],
      [10, 14],
    ],
  ],
] as const)('%s: nor are those of one on the left', async (method, rows) => {
  const file = product(['w', 'x'], [2, 'batch'], [2, 2, 2]);
  const x = ortTensor('float32', [2, 3], [1, 0, 2, 0, 1, 0]);
  const moments = await instrumentedMoments(file, findLayers(file).layers, options(method), { x });
  expect([...moments.values()]).toEqual([momentsOf(rows.map((row) => [...row]))]);
});

test('an input of an undeclared rank is refused where its samples could be on another axis', () => {
  const file = product(['x', 'w'], undefined, [2, 2, 2]);
  const { layers } = findLayers(file);
  const act = () => instrument(file, layers, options('last'));
  expect(act).toThrow(UserError);
  expect(act).toThrow(/^layer fc multiplies by a weight of three or more axes.* choose .*timestepwise/);
  expect(() => instrument(file, layers, options('timestepwise'))).not.toThrow();
});
