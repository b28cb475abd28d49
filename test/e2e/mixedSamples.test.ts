import { expect, it } from 'vitest';
import { analyses } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put, analyze } = analyses();

/** Quantizes a batch of four by one scale before the product. */
const quantizing = modelBytes({
  inputs: [value('x', 'float32', [4, 3])],
  nodes: [
    node('DynamicQuantizeLinear', ['x'], ['q', 's', 'z']),
    node('DequantizeLinear', ['q', 's', 'z'], ['r']),
    node('MatMul', ['r', 'w'], ['y'], {}, { name: 'fc' }),
  ],
  outputs: ['y'],
  initializers: [tensor('w', 'float32', [3, 2], [1, 2, 3, 4, 5, 7])],
});

it('leaves out what fills no batch where the samples of one share a scale', async () => {
  await put('model.onnx', quantizing);
  const run = (data: string) => analyze(at('model.onnx'), '--data', data, '--provider', 'cpu');
  const [some, whole] = [await run('random:10'), await run('random:8')];
  expect(some.data.samples).toBe(8);
  expect(some.layers).toEqual(whole.layers);
  expect(some.warnings).toContainEqual(
    expect.stringMatching(
      /fixes its batch size to 4, and its DynamicQuantizeLinear .* last 2 samples, .* left out$/,
    ),
  );
  expect(whole.warnings?.join()).not.toMatch(/left out/);
});

it('refuses data that fills none, and says on stderr what it left out', async () => {
  await put('model.onnx', quantizing);
  const args = ['analyze', at('model.onnx'), '--provider', 'cpu', '--out', at('out'), '--data'];
  const few = await delve([...args, 'random:3']);
  expect(few.code).toBe(2);
  expect(few.stderr).toMatch(/the 3 samples of this data fill no batch; give at least 4$/m);
  expect((await delve([...args, 'random:5'])).stderr).toMatch(/the last 1 sample, .* left out/);
});
