import { expect, it } from 'vitest';
import { verdict } from '../../src/readings/advice.js';
import { readLayers } from '../../src/readings/layerReadings.js';
import type { RunLayer } from '../../src/run/schema.js';
import { unicode } from '../../src/text/symbols.js';
import { invalidLayer, layer } from '../support/runs.js';

const judged = (...layers: RunLayer[]) => verdict(readLayers({ layers }), ({ name }) => name, unicode);
const output = layer('out', 9, 10, { op: 'Gemm' });
const body = [layer('a', 80, 100), layer('b', 60, 100)];

it('sends the user to the first layer of the tail', () => {
  expect(judged(...body, layer('c', 4, 100), layer('d', 2, 100), output)).toEqual([
    'From c on, 2 layers use only 2–4 % of their features: the network has stopped working there. Try removing them; ' +
      'larger inputs may help too, which only training tells.',
  ]);
});

it('does not advise larger inputs where there is no convolution', () => {
  expect(judged(...body, layer('c', 4, 100, { op: 'Gemm' }), output)).toEqual([
    'The last layer before the output, c, uses only 4 % of its features: it adds little. Try removing it.',
  ]);
});

it('names narrow layers', () => {
  expect(judged(layer('stem', 97, 100), ...body, output)).toEqual([
    'stem is narrow (97 % of its features in use): widening it may help, which only training tells.',
  ]);
  expect(judged(layer('s', 97, 100), layer('t', 90, 100), ...body, output)).toEqual([
    's and t are narrow (90–97 % of their features in use): widening them may help, which only training tells.',
  ]);
});

it('says so where all is well', () => {
  expect(judged(...body, output)).toEqual([
    'No tail and no narrow layer: the layers use 60–80 % of their features.',
  ]);
  expect(judged(body[0], output)).toEqual([
    'No tail and no narrow layer: the one layer that was judged uses 80 % of its features.',
  ]);
});

it('says what could not be judged', () => {
  const few = layer('few', 5, 100, { observations: 50 });
  expect(judged(few, invalidLayer('nan', 4))).toEqual([
    'No layer can be judged by these numbers: see the remarks above.',
  ]);
  expect(judged(...body, few, output)).toEqual([
    'No tail and no narrow layer: the layers use 60–80 % of their features.',
    '1 of 4 layers cannot be judged: see the remarks above.',
  ]);
  expect(judged(output)).toEqual(['Only the output layer was observed: there is nothing to judge.']);
});

it('names dead layers', () => {
  expect(judged(...body, layer('d', 0, 8), layer('e', 70, 100), output)).toEqual([
    'd is dead: nothing varies there over this data.',
  ]);
});

it('gives no advice where a tail stands before some of several outputs', () => {
  const readings = readLayers({
    layers: [...body, layer('c', 4, 100), output],
    outputLayers: ['out', 'other'],
  });
  expect(verdict(readings, ({ name }) => name, unicode)).toEqual([
    "Before out, one of the model's 2 outputs, c uses 4 % of its features, as do the layers that follow up to the outputs. " +
      'Whether an output can do without, these numbers do not say: try one at a time.',
  ]);
});
