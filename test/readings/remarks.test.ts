import { expect, it } from 'vitest';
import { remarks } from '../../src/readings/remarks.js';
import type { Run, RunData } from '../../src/run/schema.js';
import { invalidLayer, layer, run } from '../support/runs.js';

const plain = run([]);
const said = (parts: Partial<Run> = {}, data: Partial<RunData> = {}) =>
  remarks({ ...plain, ...parts, data: { ...plain.data, ...data } }, ({ name }) => `<${name}>`);
const first = { ...plain.settings, maxSamples: 64 };
const labels = { classes: 2, samples: 64, counts: { cat: 60, 'do\ng': 4 } };

it('nothing is said of a run without doubts', () => {
  expect(said()).toEqual([]);
});

it('random data is said once, before what the run warns of', () => {
  const warning = 'the numbers are of random data';
  expect(said({ warnings: ['w'] }, { reader: 'random' })).toEqual([
    'random data: the numbers say nothing about real use',
    'w',
  ]);
  expect(said({ warnings: ['w', warning] }, { reader: 'random' })).toEqual(['w', warning]);
});

it('the first samples of a labelled source are no sample of the whole', () => {
  const some = { samples: 64, available: 500, labels };
  expect(said({ settings: first }, some)).toEqual([
    'only the first 64 of 500 samples were used, labelled cat and do\\ng: labels that come later are missing',
  ]);
  expect(said({ settings: first }, { ...some, available: 64 })).toEqual([]);
  expect(said({ settings: first }, { ...some, available: undefined })).toEqual([]);
  expect(said({ settings: first }, { ...some, labels: undefined })).toEqual([]);
  expect(said({ settings: { ...first, order: 'drawn' } }, some)).toEqual([]);
  expect(said({}, some)).toEqual([]);
});

it('samples that were skipped are counted, with the first', () => {
  const skippedSamples = [
    { origin: 'a.png', reason: 'damaged' },
    { origin: 'b.png', reason: 'gone' },
  ];
  expect(said({}, { skipped: 2, skippedSamples })).toEqual([
    '2 samples were skipped, such as a.png (damaged)',
  ]);
  expect(said({}, { skipped: 1 })).toEqual(['1 sample was skipped']);
});

it('what could not be observed is named, by its operator where it has no name', () => {
  const node = { node: 'n', op: 'Conv', reason: 'r' };
  expect(said({ notObservable: [node] })).toEqual(['not observed: n (r); see `delve inspect`']);
  const unnamed = { ...node, node: '' };
  expect(said({ notObservable: [unnamed, node, node] })).toEqual([
    'not observed: Conv (r) and 2 more nodes; see `delve inspect`',
  ]);
});

it('warnings that layers share are said once', () => {
  const warned = (name: string, ...warnings: string[]) => layer(name, 1, 4, { warnings });
  expect(said({ layers: [warned('a', 'dead'), warned('b', 'dead', 'other'), layer('c', 1, 4)] })).toEqual([
    '<a> and <b>: dead',
    '<b>: other',
  ]);
  // Those that differ in numbers only, too, with the first as it stands.
  const few = (n: number) => `at most ${n} ${n === 1 ? 'direction' : 'directions'} can carry variance`;
  expect(said({ layers: [warned('a', few(1)), warned('b', few(12)), warned('c', few(3))] })).toEqual([
    '<a>: at most 1 direction can carry variance (likewise <b> and <c>)',
  ]);
});

it('an invalid layer is named with its reason, where it does not warn itself', () => {
  expect(said({ layers: [{ ...invalidLayer('x', 4), warnings: [] }] })).toEqual([
    '<x>: invalid: NaN or Inf in its activations (batch 3)',
  ]);
  expect(said({ layers: [invalidLayer('x', 4)] })).toEqual([
    '<x>: invalid: NaN or Inf in its activations in batch 3',
  ]);
});
