import { expect, it } from 'vitest';
import { analyses } from '../support/analyses.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put, analyze } = analyses();

it('doubts rows that should be whole samples and are no multiple of them', async () => {
  // Two samples of six numbers are cut into three rows of four.
  await put(
    'cut.onnx',
    modelBytes({
      inputs: [value('x', 'float32', ['batch', 6])],
      nodes: [node('Reshape', ['x', 'shape'], ['r']), node('MatMul', ['r', 'w'], ['y'], {}, { name: 'fc' })],
      outputs: ['y'],
      initializers: [
        tensor('shape', 'int64', [2], [-1, 4]),
        tensor('w', 'float32', [4, 2], [1, 2, 3, 4, 5, 6, 7, 9]),
      ],
    }),
  );
  const data = ['--data', 'random:2', '--provider', 'cpu'];
  const warnings = async (method: string) =>
    (await analyze(at('cut.onnx'), ...data, '--sequence-method', method)).layers[0].warnings.join();
  expect(await warnings('flatten')).toMatch(/^.*3 observations of 2 samples, which is no multiple/);
  expect(await warnings('timestepwise')).not.toMatch(/multiple/);
});
