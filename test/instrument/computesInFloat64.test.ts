import { expect, test } from 'vitest';
import { computesInFloat64 } from '../../src/instrument/computesInFloat64.js';
import { inMemory } from '../support/graphs.js';
import { largestDistance, ortTensor } from '../support/instrumented.js';
import { type ModelParts, model, node, tensor, value } from '../support/models.js';

const x = value('x', 'float32', ['batch', 2, 2, 2]);
const says = (parts: Partial<ModelParts>) =>
  computesInFloat64(
    inMemory(model({ inputs: [x], nodes: [node('Relu', ['x'], ['y'])], outputs: ['y'], ...parts })).graph,
  );

test('a float32 model does not', () => {
  expect(says({})).toBe(false);
  expect(says({ nodes: [node('Cast', ['x'], ['y'], { to: 10n })] })).toBe(false);
});

test('float64 inputs, weights, constants and casts show it', () => {
  expect(says({ inputs: [x, value('z', 'float64', [1])] })).toBe(true);
  expect(says({ initializers: [tensor('w', 'float64', [1], [1])] })).toBe(true);
  expect(says({ nodes: [node('Constant', [], ['y'], { value: tensor('', 'float64', [], [1]) })] })).toBe(
    true,
  );
  expect(says({ nodes: [node('Cast', ['x'], ['y'], { to: 11n })] })).toBe(true);
});

test('the maximum of maps that are float64 inside only keeps all digits', async () => {
  const file = inMemory(
    model({
      inputs: [x],
      nodes: [
        node('Cast', ['x'], ['wide'], { to: 11n }),
        node('Div', ['wide', 'three'], ['thirds'], {}, { name: '/thirds/Div' }),
        node('Cast', ['thirds'], ['y'], { to: 1n }),
      ],
      initializers: [tensor('three', 'float64', [], [3])],
      outputs: ['y', value('thirds', 'float64', ['batch', 2, 2, 2])],
    }),
  );
  const feeds = { x: ortTensor('float32', [1, 2, 2, 2], [1, 2, 4, 3, 5, 7, 1, 8]) };
  for (const convMethod of ['max', 'median'] as const) {
    expect(await largestDistance(file, feeds, { convMethod, precision: 'float64' }, ['Div'])).toBe(0);
  }
});
