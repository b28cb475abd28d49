import { expect, it } from 'vitest';
import { requireMeasured } from '../../src/run/requireMeasured.js';
import { invalidLayer, layer, run } from '../support/runs.js';

it('a run of invalid layers only is refused, and says where it lies', () => {
  expect(() => requireMeasured(run([invalidLayer('a', 4), invalidLayer('b', 4)]), 'net.delve')).toThrow(
    'no layer could be measured: in a, NaN or Inf in its activations in batch 3; look for NaN and Inf in the data, ' +
      'its preprocessing and the weights (the run is kept in net.delve)',
  );
});

it.each([
  ['the first', [layer('a', 1, 4), invalidLayer('b', 4)]],
  ['the last', [invalidLayer('a', 4), layer('b', 1, 4)]],
])('a run of which %s layer was measured says something', (_, layers) => {
  expect(() => requireMeasured(run(layers), 'net.delve')).not.toThrow();
});

it('a run without layers has none that failed', () => {
  expect(() => requireMeasured(run([]), 'net.delve')).not.toThrow();
});
