import { describe, expect, it } from 'vitest';
import type { Feed } from '../../src/data/feed.js';
import { findNonFinite } from '../../src/engine/nonFinite.js';
import { findLayers } from '../../src/layers/findLayers.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const identity = [1, 0, 0, 1];
const layer = (from: string, to: string, weight = 'w') =>
  node('MatMul', [from, weight], [to], {}, { name: `/${to}/MatMul` });

/** Samples of two numbers. */
const feedOf = (...samples: readonly (readonly [number, number])[]): Feed => ({
  samples: samples.length,
  tensors: {
    x: { type: 'float32', dims: [samples.length, 2], data: Float32Array.from(samples.flat()) },
  },
  origins: samples.map((_, i) => `sample ${i}`),
});

function found(
  nodes: readonly NodeProto[],
  feed: Feed,
  { weight = identity, batch = 'n', fixed = undefined as number | undefined } = {},
) {
  const file = inMemory(
    model({
      inputs: [value('x', 'float32', [fixed ?? batch, 2])],
      nodes,
      initializers: [
        tensor('w', 'float32', [2, 2], identity),
        tensor('odd', 'float32', [2, 2], weight),
        tensor('mask', 'float32', [2], [0, Number.NEGATIVE_INFINITY]),
      ],
      outputs: [nodes.at(-1)?.output[0] ?? ''],
    }),
  );
  return findNonFinite(file, findLayers(file).layers, feed, fixed);
}

const root = [
  layer('x', 'a'),
  node('Sqrt', ['a'], ['s'], {}, { name: 'root' }),
  layer('s', 'b'),
  layer('b', 'c'),
];

describe('the first value that is not finite', () => {
  it('is told by the first layer in order, the first sample, and the operator with what it was given', async () => {
    expect(await found(root, feedOf([1, 4], [9, 1], [-2, 4], [-1, -1]))).toEqual({
      layer: 'b',
      value: 'NaN',
      sample: 'sample 2',
      source: {
        from: 'operator',
        operator: { node: 'root', op: 'Sqrt' },
        inputs: [{ name: 'a', smallest: -2, largest: 4, nan: 0, infinite: 0 }],
      },
    });
  });

  it.each([0, 1, 2, 3, 4])('is found in sample %i of five', async (bad) => {
    const samples = Array.from({ length: 5 }, (_, i): [number, number] => (i === bad ? [-1, 1] : [1, 1]));
    expect((await found(root, feedOf(...samples)))?.sample).toBe(`sample ${bad}`);
  });

  it('is none where all is finite', async () => {
    expect(await found(root, feedOf([1, 4], [0, 2]))).toBeUndefined();
  });

  it('is told to come from the data where these hold it', async () => {
    expect(await found(root, feedOf([1, 4], [Number.NaN, 1]))).toEqual({
      layer: 'a',
      value: 'NaN',
      sample: 'sample 1',
      source: { from: 'data', input: 'x' },
    });
  });

  it('is told to come from weights that hold it', async () => {
    const nodes = [layer('x', 'a'), layer('a', 'b', 'odd')];
    expect(await found(nodes, feedOf([1, 4]), { weight: [1, 2, Number.NaN, 4] })).toMatchObject({
      layer: 'b',
      source: { from: 'weights', weights: 'odd', operator: { node: '/b/MatMul', op: 'MatMul' } },
    });
  });

  it('is an infinity where there is no NaN', async () => {
    const nodes = [layer('x', 'a'), node('Exp', ['a'], ['e'], {}, { name: 'exp' }), layer('e', 'b', 'odd')];
    const high = { weight: [1, 1, 1, 1] };
    expect(await found(nodes, feedOf([1, 1], [200, 100]), high)).toMatchObject({
      layer: 'b',
      value: 'Inf',
      sample: 'sample 1',
      source: { from: 'operator', operator: { op: 'Exp' }, inputs: [{ smallest: 100, largest: 200 }] },
    });
  });

  it('is followed through the infinity that a NaN was made of', async () => {
    const nodes = [
      layer('x', 'a'),
      node('Exp', ['a'], ['e'], {}, { name: 'exp' }),
      node('Sub', ['e', 'e'], ['d'], {}, { name: 'difference' }),
      layer('d', 'b'),
    ];
    expect((await found(nodes, feedOf([100, 0])))?.source).toEqual({
      from: 'operator',
      operator: { node: 'difference', op: 'Sub' },
      inputs: [{ name: 'e', smallest: 1, largest: 1, nan: 0, infinite: 1 }],
      infinityFrom: {
        from: 'operator',
        operator: { node: 'exp', op: 'Exp' },
        inputs: [{ name: 'a', smallest: 0, largest: 100, nan: 0, infinite: 0 }],
      },
    });
  });

  it('is not looked for in an infinity that is meant, as that of a mask', async () => {
    const nodes = [
      layer('x', 'a'),
      node('Add', ['a', 'mask'], ['m']),
      node('Softmax', ['m'], ['p']),
      node('Log', ['a'], ['l'], {}, { name: 'log' }),
      node('Add', ['p', 'l'], ['s']),
      layer('s', 'b'),
    ];
    expect((await found(nodes, feedOf([-1, 2])))?.source).toMatchObject({
      operator: { node: 'log', op: 'Log' },
    });
  });

  it('has ranges without a number where nothing in a value is finite', async () => {
    const nodes = [
      node('Add', ['x', 'mask'], ['m'], {}, { name: 'masked' }),
      node('Slice', ['m', 'from', 'to', 'axis'], ['last']),
      node('Sub', ['last', 'last'], ['d'], {}, { name: 'difference' }),
      node('Add', ['d', 'x'], ['s']),
      layer('s', 'b'),
    ];
    const constants = (name: string, at: number) =>
      node('Constant', [], [name], { value: tensor('', 'int64', [1], [at]) });
    const all = [constants('from', 1), constants('to', 2), constants('axis', 1), ...nodes];
    expect((await found(all, feedOf([1, 2])))?.source).toMatchObject({
      operator: { op: 'Sub' },
      inputs: [{ name: 'last', smallest: null, largest: null, nan: 0, infinite: 1 }],
    });
  });

  it('is found in batches of the size that the model fixes', async () => {
    const fixed = { fixed: 4 };
    expect((await found(root, feedOf([1, 1], [1, 1], [4, 1], [1, 1], [1, 1], [1, -4]), fixed))?.sample).toBe(
      'sample 5',
    );
    expect((await found(root, feedOf([-1, 1]), fixed))?.sample).toBe('sample 0');
  });

  it('names no sample where samples cannot be told apart, or come from nowhere', async () => {
    const { origins: _, ...nowhere } = feedOf([-1, 1]);
    expect(await found(root, nowhere)).not.toHaveProperty('sample');
    const state = { type: 'float32', dims: [3, 1], data: new Float32Array(3) } as const;
    const feed = feedOf([1, 1], [-1, 1]);
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['n', 2]), value('h', 'float32', [3, 1])],
        nodes: [...root, node('ReduceSum', ['h'], ['t'], { keepdims: 0n }), node('Add', ['c', 't'], ['y'])],
        initializers: [tensor('w', 'float32', [2, 2], identity)],
        outputs: ['y'],
      }),
    );
    const whole = { ...feed, tensors: { ...feed.tensors, h: state } };
    const apart = await findNonFinite(file, findLayers(file).layers, whole, undefined);
    expect(apart).toMatchObject({ layer: 'b', value: 'NaN', source: { from: 'operator' } });
    expect(apart).not.toHaveProperty('sample');
  });
});
