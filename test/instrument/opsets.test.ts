import { describe, expect, test } from 'vitest';
import type { ConvMethod, InstrumentOptions, SequenceMethod } from '../../src/instrument/options.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { unevenValues } from '../support/activationModel.js';
import { inMemory } from '../support/graphs.js';
import { type Feeds, largestDistance, ortTensor } from '../support/instrumented.js';
import { model, node, tensor, value } from '../support/models.js';

/** From the first that ONNX Runtime runs to the newest that it does not warn of. */
const opsets = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];

const convMethods: readonly ConvMethod[] = ['channelwise', 'mean', 'max', 'median', 'flatten'];
const sequenceMethods: readonly SequenceMethod[] = ['last', 'timestepwise', 'flatten'];

const weight = (name: string, dims: readonly number[]) =>
  tensor(
    name,
    'float32',
    dims,
    unevenValues(dims.reduce((size, dim) => size * dim, 1)).map((entry) => entry / 8),
  );

/** A convolution, a linear layer on tokens, one on samples, and a recurrent one that is told its lengths. */
function everyKind(opset: number): { file: ModelFile; feeds: Feeds } {
  const file = inMemory(
    model({
      opset,
      // The oldest models list their weights among the inputs.
      irVersion: opset < 9 ? 3 : opset < 23 ? 8 : 11,
      inputs: [
        value('image', 'float32', ['n', 2, 'h', 'w']),
        value('tokens', 'float32', ['n', 't', 3]),
        value('rows', 'float32', ['n', 3]),
        value('steps', 'float32', ['t', 'n', 3]),
        value('lengths', 'int32', ['n']),
        ...(opset < 9
          ? [
              value('k', 'float32', [3, 2, 2, 2]),
              value('m', 'float32', [3, 4]),
              value('g', 'float32', [3, 2]),
              value('b', 'float32', [2]),
              value('wl', 'float32', [1, 8, 3]),
              value('rl', 'float32', [1, 8, 2]),
            ]
          : []),
      ],
      nodes: [
        node('Conv', ['image', 'k'], ['conv'], {}, { name: '/conv/Conv' }),
        node('MatMul', ['tokens', 'm'], ['matmul'], {}, { name: '/tokens/MatMul' }),
        node('Gemm', ['rows', 'g', 'b'], ['gemm'], {}, { name: '/rows/Gemm' }),
        node(
          'LSTM',
          ['steps', 'wl', 'rl', '', 'lengths'],
          ['lstm'],
          { hidden_size: 2n },
          { name: '/lstm/LSTM' },
        ),
      ],
      outputs: ['conv', 'matmul', 'gemm', 'lstm'],
      initializers: [
        weight('k', [3, 2, 2, 2]),
        weight('m', [3, 4]),
        weight('g', [3, 2]),
        weight('b', [2]),
        weight('wl', [1, 8, 3]),
        weight('rl', [1, 8, 2]),
      ],
    }),
  );
  const input = (dims: readonly number[]) =>
    ortTensor('float32', dims, unevenValues(dims.reduce((size, dim) => size * dim, 1)));
  const feeds = {
    image: input([3, 2, 4, 5]),
    tokens: input([3, 4, 3]),
    rows: input([3, 3]),
    steps: input([4, 3, 3]),
    lengths: ortTensor('int32', [3], [2, 4, 1]),
  };
  return { file, feeds };
}

describe.each(opsets)('opset %i', (opset) => {
  const canSelect = (options: InstrumentOptions) =>
    (opset >= 10 || options.convMethod !== 'median') && (opset >= 9 || options.sequenceMethod !== 'last');
  const methods = [
    ...convMethods.map((convMethod) => ({ convMethod, sequenceMethod: 'timestepwise' as const })),
    ...sequenceMethods.map((sequenceMethod) => ({ convMethod: 'channelwise' as const, sequenceMethod })),
  ];

  test.each([
    ['float64', 1e-14],
    ['float32', 8 * 2 ** -24],
  ] as const)('every kind of layer and every method in %s', async (precision, bound) => {
    const { file, feeds } = everyKind(opset);
    const possible = methods.map((method) => ({ ...method, precision })).filter(canSelect);
    expect(possible).toHaveLength(opset >= 10 ? 8 : opset >= 9 ? 7 : 6);
    for (const options of possible) {
      expect(await largestDistance(file, feeds, options), JSON.stringify(options)).toBeLessThanOrEqual(bound);
    }
  });
});
