import { describe, expect, it } from 'vitest';
import type { NodeProto, TensorProto } from '../../../src/onnx/proto/onnx_pb.js';
import { body, nodeWithBodies } from '../../support/graphs.js';
import { node, value } from '../../support/models.js';
import { found, onlyLayer, zeros } from '../found.js';

const matMul = node('MatMul', ['x', 'w'], ['m'], {}, { name: 'fc' });

describe('Gemm', () => {
  it.each([
    [0n, 5],
    [1n, 7],
  ])('with transB %i has its features on that side of the weight', (transB, features) => {
    const layer = onlyLayer([node('Gemm', ['x', 'w', 'b'], ['y'], { transB })], {
      initializers: [zeros('w', 7, 5), zeros('b', features)],
    });
    expect(layer).toMatchObject({ output: 'y', layout: { kind: 'featuresLast', rank: 2 }, features });
    expect(layer.parameters).toBe(35 + features);
  });

  it('has no more directions than inputs, where those are fewer than its features', () => {
    const gemm = (inputs: number, features: number) =>
      onlyLayer([node('Gemm', ['x', 'w'], ['y'])], { initializers: [zeros('w', inputs, features)] });
    expect(gemm(10, 1024).rankLimit).toBe(10);
    expect(gemm(1024, 10).rankLimit).toBeUndefined();
  });

  it('with its weight on the left has the rows of the weight as features, before the samples', () => {
    const layer = onlyLayer([node('Gemm', ['w', 'x'], ['y'], { transB: 1n })], {
      initializers: [zeros('w', 5, 8)],
    });
    expect(layer).toMatchObject({
      layout: { kind: 'featuresBeforeLast', rank: 2 },
      features: 5,
      parameters: 40,
    });
  });

  it('with its weight on the left, turned, has the columns as features', () => {
    const layer = onlyLayer([node('Gemm', ['w', 'x'], ['y'], { transA: 1n })], {
      initializers: [zeros('w', 5, 8)],
    });
    expect(layer.features).toBe(8);
  });

  it('with a vector on the left is not observable, and says so', () => {
    const { notObservable } = found([node('Gemm', ['w', 'x'], ['y'])], { initializers: [zeros('w', 5)] });
    expect(notObservable[0].reason).toMatch(/left operand and not a matrix/);
  });

  it('whose weight is fed takes the declared shape, where all of it is told', () => {
    const fed = (...shape: (number | null)[]) =>
      onlyLayer([node('Gemm', ['x', 'w'], ['y'])], {
        inputs: [value('x', 'float32'), value('w', 'float32', shape)],
      });
    expect(fed(3, 5)).toMatchObject({
      features: 5,
      weightShape: [3, 5],
      rankLimit: 3,
      parameters: undefined,
    });
    expect(fed(null, 5)).toMatchObject({ features: undefined, weightShape: undefined });
  });

  it('with an activation function that was not taken apart is not observable, and says which', () => {
    const fused = node('FusedGemm', ['x', 'w'], ['y'], { activation: 'Wavy' }, { domain: 'com.microsoft' });
    const { layers, notObservable } = found([fused], { initializers: [zeros('w', 10, 1024)] });
    expect(layers).toEqual([]);
    expect(notObservable[0].reason).toContain('Wavy');
  });

  it('of which only the bias is computed from the data has no honest number of parameters', () => {
    const nodes = [node('Relu', ['x'], ['r']), node('Gemm', ['x', 'w', 'r'], ['y'])];
    const layer = onlyLayer(nodes, { initializers: [zeros('w', 7, 5)] });
    expect(layer.features).toBe(5);
    expect(layer.parameters).toBeUndefined();
  });

  it('of two activations is no layer', () => {
    const nodes = [node('Relu', ['x'], ['r']), node('Gemm', ['x', 'r'], ['y'], { transB: 1n })];
    expect(found(nodes).layers).toEqual([]);
  });
});

describe('MatMul', () => {
  it('with a constant weight on the right has the columns as features', () => {
    const layer = onlyLayer([matMul], {
      initializers: [zeros('w', 7, 5)],
      declared: [value('m', 'float32', ['N', 12, 5])],
    });
    expect(layer).toMatchObject({
      output: 'm',
      layout: { kind: 'featuresLast', rank: 3 },
      features: 5,
      weightShape: [7, 5],
      parameters: 35,
    });
  });

  it('with a constant weight on the left has the rows as features, before the positions', () => {
    const nodes = [node('MatMul', ['w', 'x'], ['m']), node('Add', ['m', 'b'], ['y'])];
    const layer = onlyLayer(nodes, { initializers: [zeros('w', 7, 5), zeros('b', 7, 1)] });
    expect(layer).toMatchObject({
      layout: { kind: 'featuresBeforeLast' },
      features: 7,
      output: 'y',
      parameters: 42,
    });
  });

  it.each<[string, NodeProto[], number[]]>([
    ['Transpose', [node('Transpose', ['q'], ['w'])], [5, 7]],
    ['Cast', [node('Cast', ['q'], ['w'], { to: 1n })], [7, 5]],
    ['DequantizeLinear', [node('DequantizeLinear', ['q', 'scale'], ['w'])], [7, 5]],
    ['Identity', [node('Identity', ['q'], ['w'])], [7, 5]],
    ['Cast and Transpose', [node('Cast', ['q'], ['c'], { to: 1n }), node('Transpose', ['c'], ['w'])], [5, 7]],
  ])('finds its weight behind %s', (_, between, weightShape) => {
    const layer = onlyLayer([...between, matMul], { initializers: [zeros('q', 7, 5), zeros('scale')] });
    expect(layer).toMatchObject({ weightShape, features: weightShape[1], parameters: 35 });
  });

  it('of two activations is no layer, nor of two constants', () => {
    const nodes = [
      node('Relu', ['x'], ['k']),
      node('MatMul', ['x', 'k'], ['s']),
      node('MatMul', ['w', 'w'], ['c']),
    ];
    expect(found(nodes, { initializers: [zeros('w', 5, 5)] })).toEqual({ layers: [], notObservable: [] });
  });

  it('fused with a Transpose of its weight has the rows as features', () => {
    const fused = node('FusedMatMul', ['x', 'w'], ['y'], { transB: 1n }, { domain: 'com.microsoft' });
    const layer = onlyLayer([fused], { initializers: [zeros('w', 9, 7)] });
    expect(layer).toMatchObject({ features: 9, weightShape: [9, 7], rankLimit: 7 });
    expect(layer.linearMap).toBeUndefined();
  });

  it('with a matrix a head has as many directions as all of them together', () => {
    const limit = (...dims: number[]) =>
      onlyLayer([matMul], { initializers: [zeros('w', ...dims)] }).rankLimit;
    expect(limit(4, 64)).toBe(4);
    expect(limit(8, 4, 64)).toBe(32);
    expect(limit(1, 4, 64)).toBe(4);
    expect(limit(16, 4, 64)).toBeUndefined();
  });

  it('with a vector as weight has no feature axis, and says so', () => {
    const { layers, notObservable } = found([matMul], { initializers: [zeros('w', 7)] });
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([
      { node: 'fc', op: 'MatMul', reason: expect.stringContaining('is a vector') },
    ]);
  });

  it('of blocks of quantized weights tells its size by attributes', () => {
    const attributes = { N: 6n, K: 32n, bits: 4n, block_size: 32n };
    const nodes = [
      node('MatMulNBits', ['x', 'w', 'scale'], ['m'], attributes, { domain: 'com.microsoft' }),
      node('Add', ['m', 'b'], ['y']),
    ];
    const initializers = [zeros('w', 6, 1, 16), zeros('scale', 6), zeros('b', 6)];
    expect(onlyLayer(nodes, { initializers })).toMatchObject({
      output: 'y',
      features: 6,
      weightShape: [6, 32],
      parameters: 198,
    });
    const inputs = ['x', 'w', 'scale', '', '', 'b'];
    const own = node('MatMulNBits', inputs, ['m'], attributes, { domain: 'com.microsoft' });
    expect(onlyLayer([own], { initializers })).toMatchObject({ output: 'm', parameters: 198 });
  });
});

describe('the bias of a MatMul', () => {
  /** The layer's output where `other` is added to a MatMul of 5 features. */
  const outputWith = (
    other: TensorProto[],
    {
      add = node('Add', ['m', 'b'], ['y']),
      more = [] as NodeProto[],
      outputs = [] as string[],
      rank = undefined as number | undefined,
    } = {},
  ) => {
    const declared = rank === undefined ? [] : [value('m', 'float32', new Array(rank).fill(null))];
    const { layers } = found([matMul, add, ...more], {
      initializers: [zeros('w', 7, 5), ...other],
      outputs,
      declared,
    });
    return [layers[0].output, layers[0].parameters];
  };

  it.each([
    ['a vector', [5]],
    ['a row', [1, 5]],
    ['a row of three dimensions', [1, 1, 5]],
  ])('is %s on either side of the Add that completes the layer', (_, dims) => {
    expect(outputWith([zeros('b', ...dims)])).toEqual(['y', 40]);
    expect(outputWith([zeros('b', ...dims)], { add: node('Add', ['b', 'm'], ['y']) })).toEqual(['y', 40]);
  });

  it('may be one number for all features', () => {
    expect(outputWith([zeros('b')])).toEqual(['y', 36]);
  });

  it.each([
    ['a position embedding', [1, 197, 5]],
    ['one that widens the features', [9]],
    ['one a position', [197, 1]],
  ])('is not %s', (_, dims) => {
    expect(outputWith([zeros('b', ...dims)])).toEqual(['m', 35]);
  });

  it('of which a Reshape hides the shape has as many numbers as there are features', () => {
    const reshaped = (size: number) =>
      outputWith([zeros('flat', size), zeros('shape', 2)], {
        add: node('Add', ['m', 'r'], ['y']),
        more: [node('Reshape', ['flat', 'shape'], ['r'])],
      });
    expect(reshaped(5)).toEqual(['y', 40]);
    expect(reshaped(25)).toEqual(['m', 35]);
  });

  it('is not one that adds dimensions', () => {
    expect(outputWith([zeros('b', 1, 1, 5)], { rank: 2 })).toEqual(['m', 35]);
  });

  it('is not an activation', () => {
    expect(outputWith([], { add: node('Add', ['m', 'x'], ['y']) })).toEqual(['m', 35]);
    expect(outputWith([], { add: node('Add', ['m', 'm'], ['y']) })).toEqual(['m', 35]);
  });

  it('does not count where the product itself is read elsewhere, by a body, too, or leaves the graph', () => {
    const bias = [zeros('b', 5)];
    expect(outputWith(bias, { more: [node('Relu', ['m'], ['r'])] })).toEqual(['m', 35]);
    const capturing = nodeWithBodies('If', ['c'], ['i'], { then_branch: body([], ['m']) });
    expect(outputWith(bias, { more: [capturing] })).toEqual(['m', 35]);
    expect(outputWith(bias, { outputs: ['m'] })).toEqual(['m', 35]);
  });

  it('does not count where a domain of the user’s own calls something Add', () => {
    expect(
      outputWith([zeros('b', 5)], { add: node('Add', ['m', 'b'], ['y'], {}, { domain: 'mine' }) }),
    ).toEqual(['m', 35]);
  });

  it('does not make a number of parameters where that of the weight is unknown', () => {
    // What Tile makes of its input is known only by running it.
    const nodes = [node('Tile', ['q', 'times'], ['w']), matMul, node('Add', ['m', 'b'], ['y'])];
    const layer = onlyLayer(nodes, { initializers: [zeros('q', 7, 1), zeros('times', 2), zeros('b', 5)] });
    expect(layer).toMatchObject({ output: 'y', features: undefined });
    expect(layer.parameters).toBeUndefined();
  });

  it('tells the rank where only the sum is declared', () => {
    const layer = onlyLayer([matMul, node('Add', ['m', 'b'], ['y'])], {
      initializers: [zeros('w', 7, 5), zeros('b', 5)],
      declared: [value('y', 'float32', ['N', null, 5])],
    });
    expect(layer.layout).toEqual({ kind: 'featuresLast', rank: 3 });
  });
});
