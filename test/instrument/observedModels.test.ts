import { describe, expect, test } from 'vitest';
import { instrument } from '../../src/instrument/instrument.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { modelInputs } from '../../src/onnx/modelInput.js';
import { unevenValues } from '../support/activationModel.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { channelwise, instrumentedMoments, largestDistance, ortTensor } from '../support/instrumented.js';
import { input, parsed, weight } from '../support/matMulChain.js';
import { model, node, tensor, value } from '../support/models.js';
import { float16Bits } from '../support/rawTensor.js';

describe('models', () => {
  test('with an If before the layer keep what its branches read', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 2]), value('choice', 'bool', [])],
        nodes: [
          node('Mul', ['x', 'scale'], ['scaled']),
          nodeWithBodies('If', ['choice'], ['chosen'], {
            then_branch: body([node('Neg', ['scaled'], ['negative'])], ['negative']),
            else_branch: body([node('Identity', ['x'], ['same'])], ['same']),
          }),
          node('MatMul', ['chosen', 'w'], ['a'], {}, { name: '/a/MatMul' }),
          node('MatMul', ['a', 'v'], ['b'], {}, { name: '/b/MatMul' }),
        ],
        outputs: ['b'],
        initializers: [weight('scale', [2]), weight('w', [2, 3]), weight('v', [3, 2])],
      }),
    );
    const feeds = { x: input([5, 2]), choice: ortTensor('bool', [], [1]) };
    const [first] = findLayers(file).layers;
    const { graph } = parsed(instrument(file, [first], channelwise));
    expect(graph.initializer.map(({ name }) => name)).toEqual(['scale', 'w']);
    expect(await largestDistance(file, feeds, channelwise)).toBe(0);
  });

  test('with several inputs are fed them all, also those that an observed layer does not need', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 2]), value('z', 'float32', ['batch', 3])],
        nodes: [
          node('MatMul', ['x', 'w'], ['a'], {}, { name: '/a/MatMul' }),
          node('Add', ['a', 'z'], ['sum']),
          node('MatMul', ['sum', 'v'], ['b'], {}, { name: '/b/MatMul' }),
        ],
        outputs: ['b'],
        initializers: [weight('w', [2, 3]), weight('v', [3, 2])],
      }),
    );
    const feeds = { x: input([5, 2]), z: input([5, 3]) };
    expect(await largestDistance(file, feeds, channelwise)).toBe(0);
    const [first] = findLayers(file).layers;
    expect(modelInputs(parsed(instrument(file, [first], channelwise)).graph).map(({ name }) => name)).toEqual(
      ['x', 'z'],
    );
    expect((await instrumentedMoments(file, [first], channelwise, feeds)).get('a')?.count).toBe(5);
  });

  test('whose maps change in size from batch to batch add up', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 2, 'h', 'w'])],
        nodes: [node('Conv', ['x', 'k'], ['y'], {}, { name: '/conv/Conv' })],
        outputs: ['y'],
        initializers: [weight('k', [3, 2, 2, 2])],
      }),
    );
    const counts: number[] = [];
    for (const dims of [
      [2, 2, 5, 4],
      [1, 2, 2, 9],
    ]) {
      expect(await largestDistance(file, { x: input(dims) }, channelwise)).toBe(0);
      const moments = await instrumentedMoments(file, findLayers(file).layers, channelwise, {
        x: input(dims),
      });
      counts.push(moments.get('conv')?.count ?? 0);
    }
    expect(counts).toEqual([2 * 4 * 3, 1 * 1 * 8]);
  });

  test('that compute in float16', async () => {
    const half = (name: string, dims: readonly number[]) =>
      tensor(name, 'float16', dims, unevenValues(dims.reduce((size, dim) => size * dim, 1)).map(float16Bits));
    const file = inMemory(
      model({
        inputs: [value('x', 'float16', ['batch', 2, 'h', 'w']), value('t', 'float16', ['batch', 'steps', 3])],
        nodes: [
          node('Conv', ['x', 'k'], ['y'], {}, { name: '/conv/Conv' }),
          node('MatMul', ['t', 'm'], ['z'], {}, { name: '/tokens/MatMul' }),
        ],
        outputs: ['y', value('z', 'float16', ['batch', 'steps', 4])],
        initializers: [half('k', [3, 2, 2, 2]), half('m', [3, 4])],
      }),
    );
    const feeds = {
      x: ortTensor('float16', [2, 2, 4, 5], unevenValues(80)),
      t: ortTensor('float16', [2, 5, 3], unevenValues(30)),
    };
    for (const convMethod of ['channelwise', 'mean', 'max', 'median', 'flatten'] as const) {
      const options = { convMethod, sequenceMethod: 'last', precision: 'float64' } as const;
      expect(await largestDistance(file, feeds, options), convMethod).toBeLessThanOrEqual(1e-15);
    }
  });

  // ONNX Runtime has no float64 convolution.
  test('that compute in float64 keep their digits', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float64', ['batch', 2])],
        nodes: [
          node('MatMul', ['x', 'w'], ['y'], {}, { name: '/a/MatMul' }),
          node('Gemm', ['y', 'v'], ['z'], {}, { name: '/b/Gemm' }),
        ],
        outputs: ['z'],
        initializers: [
          tensor('w', 'float64', [2, 2], [1 / 3, 2, -1, 1 / 7]),
          tensor('v', 'float64', [2, 1], [1 / 5, 3]),
        ],
      }),
    );
    const feeds = { x: ortTensor('float64', [3, 2], [1, 2, 1e-9, 4, -5, 6]) };
    expect(await largestDistance(file, feeds, channelwise)).toBeLessThanOrEqual(1e-15);
  });

  test('--ops observes other operators, in the layout of the layer that they follow', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 2, 'h', 'w'])],
        nodes: [
          node('Conv', ['x', 'k'], ['y'], { pads: [1n, 0n, 0n, 1n] }, { name: '/conv/Conv' }),
          node('Relu', ['y'], ['r'], {}, { name: '/relu/Relu' }),
          node('Add', ['r', 'y'], ['s'], {}, { name: '/Add' }),
        ],
        outputs: ['s'],
        initializers: [weight('k', [3, 2, 2, 2])],
      }),
    );
    const { layers } = findLayers(file, ['Relu', 'Add']);
    expect(layers.map(({ name }) => name)).toEqual(['conv', 'relu', 'add_0']);
    for (const convMethod of ['channelwise', 'max'] as const) {
      const options = { convMethod, precision: 'float64' } as const;
      expect(
        await largestDistance(file, { x: input([2, 2, 4, 5]) }, options, ['Relu', 'Add']),
      ).toBeLessThanOrEqual(1e-15);
    }
  });

  test('with a weight on the left, on the right of four axes, and with a bias', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 'heads', 3, 'positions'])],
        nodes: [
          node('MatMul', ['left', 'x'], ['l'], {}, { name: '/left/MatMul' }),
          node('Transpose', ['l'], ['t'], { perm: [0n, 1n, 3n, 2n] }),
          node('MatMul', ['t', 'right'], ['r'], {}, { name: '/right/MatMul' }),
          node('Add', ['r', 'bias'], ['y'], {}, { name: '/right/Add' }),
        ],
        outputs: [
          value('y', 'float32', ['batch', 'heads', 'positions', 2]),
          value('l', 'float32', ['batch', 'heads', 4, 'positions']),
        ],
        initializers: [weight('left', [4, 3]), weight('right', [4, 2]), weight('bias', [2])],
      }),
    );
    const feeds = { x: input([2, 3, 3, 5]) };
    const { layers } = findLayers(file);
    expect(layers.map(({ output }) => output)).toEqual(['l', 'y']);
    const shapes = { last: [2, 1], timestepwise: [2 * 3 * 5, 1], flatten: [2, 3 * 5] } as const;
    for (const sequenceMethod of ['last', 'timestepwise', 'flatten'] as const) {
      const options = { convMethod: 'channelwise', precision: 'float64', sequenceMethod } as const;
      expect(await largestDistance(file, feeds, options)).toBe(0);
      const moments = await instrumentedMoments(file, layers, options, feeds);
      const [count, positions] = shapes[sequenceMethod];
      expect([moments.get('left')?.count, moments.get('left')?.sum.length]).toEqual([count, 4 * positions]);
      expect([moments.get('right')?.count, moments.get('right')?.sum.length]).toEqual([count, 2 * positions]);
    }
  });
});
