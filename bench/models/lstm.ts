import { GraphWriter } from './graph.js';

const STEPS = 100;
const INPUTS = 64;
const UNITS = 256;
/** Input, output, forget and cell gate. */
const GATES = 4;

/**
 * Two LSTM layers of 256 units over 100 steps of 64 values (0.86 million parameters, 3.4 MB) with random weights, as
 * PyTorch exports modules with `batch_first`. Both layers can be observed.
 *
 * @returns the bytes of the model file: input `input`, `[batch, 100, 64]`; output `[batch, 100, 256]`.
 */
export function lstm(seed = 2): Uint8Array {
  const graph = new GraphWriter(seed);
  const input = graph.input('input', ['batch', STEPS, INPUTS]);
  // The operator has the steps first, and an axis for directions: [steps, directions, batch, units].
  const directions = graph.constant('directions', [1], [1n]);
  let x = graph.node('', 'Transpose', [input], { perm: [1, 0, 2] });
  let inputs = INPUTS;
  for (const path of ['lstm1', 'lstm2']) {
    // Variance 1 / (inputs + units): the gates are neither shut nor open.
    const fanIn = 2 * (inputs + UNITS);
    const weight = graph.weights(`${path}.weight_ih`, [1, GATES * UNITS, inputs], fanIn);
    const recurrence = graph.weights(`${path}.weight_hh`, [1, GATES * UNITS, UNITS], fanIn);
    const bias = graph.weights(`${path}.bias`, [1, 2 * GATES * UNITS], fanIn);
    const y = graph.node(path, 'LSTM', [x, weight, recurrence, bias], { hidden_size: UNITS });
    x = graph.node(path, 'Squeeze', [y, directions]);
    inputs = UNITS;
  }
  x = graph.node('last', 'Transpose', [x], { perm: [1, 0, 2] });
  return graph.model({ [x]: ['batch', STEPS, UNITS] });
}
