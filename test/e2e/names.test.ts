import { afterEach, beforeAll, expect, test } from 'vitest';
import { analyses } from '../support/analyses.js';
import { CROSS, crossFiles, crossNumbers, crossTestSet } from '../support/crossData.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put, analyze } = analyses();

const names = [...Object.getOwnPropertyNames(Object.prototype)];

/** The model of `crossModel`, with names that every object in JavaScript has something under already. */
function model(batch: string | number = 'n') {
  return modelBytes({
    nodes: [node('MatMul', ['__proto__', 'w'], ['constructor'], {}, { name: '/constructor/MatMul' })],
    inputs: [value('__proto__', 'float32', [batch, 3])],
    outputs: ['constructor'],
    initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
  });
}

beforeAll(async () => {
  await put('proto.onnx', model());
  await put('fixed.onnx', model(3));
  for (const [name, content] of Object.entries({ ...crossFiles, ...crossTestSet })) await put(name, content);
});

afterEach(() => expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(names));

test.each([
  ['proto.onnx', 'x.npy'],
  ['proto.onnx', 'x.csv', '--columns', '2-3,c'],
  ['proto.onnx', '.'],
  ['proto.onnx', '.', '--max-samples', '4'],
  ['fixed.onnx', 'x.npy'],
])('an input called __proto__ and a layer called constructor: %s of %s', async (file, source, ...options) => {
  const run = await analyze(at(file), '--data', at(source), '--batch', '3', ...options);
  expect(run.data.samples).toBe(CROSS.length / 3);

  expect(run.layers).toMatchObject([{ ...crossNumbers, name: 'constructor' }]);
});

test('an input of such a name may be left out of --shape, and named there', async () => {
  const run = await analyze(at('proto.onnx'), '--data', 'random:8');
  expect(run.data.samples).toBe(8);
  const shaped = await analyze(at('proto.onnx'), '--data', '__proto__=random:8', '--shape', '__proto__=3');
  expect(shaped.layers).toEqual(run.layers);
});
