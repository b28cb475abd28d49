import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { rankLimits } from '../../src/layers/rankLimits.js';
import type { NodeProto, TensorProto, ValueInfoProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { type AttributeValue, model, node, value } from '../support/models.js';
import { zeros } from './found.js';

/** The limits of a graph's layers, by the values that they make; without one of its own a layer has its fan-in. */
function limitsOf(
  nodes: readonly NodeProto[],
  weights: readonly TensorProto[],
  inputs: readonly ValueInfoProto[],
  declared: readonly ValueInfoProto[] = [],
) {
  const proto = model({ nodes, inputs, outputs: [], initializers: weights });
  proto.graph?.valueInfo.push(...declared);
  const file = inMemory(proto);
  const { layers } = findLayers(file);
  const limits = rankLimits(file, layers);
  return Object.fromEntries(layers.map(({ name, output }) => [output, limits.get(name)]));
}

/** Images of one colour: a 1×1 convolution of them to 16 features, `a`, has one direction. */
const images = [value('x', 'float32', ['n', 1, 8, 8])];
const first = node('Conv', ['x', 'wa'], ['a']);
const wa = zeros('wa', 16, 1, 1, 1);

/** Rows of two numbers: a product of them to 16 features, `a`, has two directions. */
const rows = [value('x', 'float32', ['n', 2])];
const firstOfRows = node('MatMul', ['x', 'wa'], ['a']);
const waOfRows = zeros('wa', 2, 16);

describe('the limit of a layer', () => {
  it('is its number of inputs, and none where it has fewer features', () => {
    const nodes = [node('Gemm', ['x', 'v'], ['y']), node('Gemm', ['x', 'w'], ['z'])];
    const limits = limitsOf(nodes, [zeros('v', 5, 6), zeros('w', 5, 5)], [value('x', 'float32', ['n', 5])]);
    expect(limits).toEqual({ y: 5, z: undefined });
  });

  it.each<[string, Record<string, AttributeValue>, number]>([
    ['3×3 pixels', {}, 9],
    ['3×3 pixels, no padding asked for', { pads: [0n, 0n, 0n, 0n], auto_pad: 'VALID' }, 9],
    ['3×3 pixels, beyond the border zeros, a direction of their own', { pads: [0n, 0n, 0n, 1n] }, 18],
    ['3×3 pixels, padded by itself', { auto_pad: 'SAME_UPPER' }, 18],
  ])('behind a layer of one direction is %s', (_, attributes, limit) => {
    const nodes = [first, node('Conv', ['a', 'wb'], ['b'], attributes)];
    expect(limitsOf(nodes, [wa, zeros('wb', 64, 16, 3, 3)], images)).toEqual({ a: 1, b: limit });
  });

  it('behind a layer of two directions are two, with the bias in a node of its own, too', () => {
    const nodes = [
      firstOfRows,
      node('MatMul', ['a', 'wb'], ['m']),
      node('Add', ['m', 'bias'], ['b']),
      node('Gemm', ['b', 'wc'], ['c']),
    ];
    const weights = [waOfRows, zeros('wb', 16, 20), zeros('bias', 20), zeros('wc', 20, 30)];
    expect(limitsOf(nodes, weights, rows)).toEqual({ a: 2, b: 2, c: 2 });
  });

  it.each<[string, Record<string, AttributeValue>]>([
    ['Relu', {}],
    ['Softmax', {}],
    ['MaxPool', { kernel_shape: [2n, 2n] }],
  ])('is lifted by %s, but for what its own inputs allow', (op, attributes) => {
    const nodes = [first, node(op, ['a'], ['r'], attributes), node('Conv', ['r', 'wb'], ['b'])];
    expect(limitsOf(nodes, [wa, zeros('wb', 64, 16, 1, 1)], images)).toEqual({ a: 1, b: 16 });
  });

  it('is not handed on by an operator of somebody else’s', () => {
    const mine = { domain: 'mine' };
    const nodes = [
      firstOfRows,
      node('Identity', ['a'], ['i'], {}, mine),
      node('Gemm', ['i', 'wb'], ['b']),
      node('Gemm', ['a', 'wb'], ['c'], {}, mine),
      node('MatMul', ['c', 'wb'], ['d']),
    ];
    expect(limitsOf(nodes, [waOfRows, zeros('wb', 16, 16)], rows)).toEqual({
      a: 2,
      b: undefined,
      d: undefined,
    });
  });

  it('of a product with the turned activation is none: its rows are other observations', () => {
    const nodes = [firstOfRows, node('Gemm', ['a', 'wb'], ['b'], { transA: 1n })];
    expect(limitsOf(nodes, [waOfRows, zeros('wb', 100, 16)], rows)).toEqual({ a: 2, b: undefined });
  });

  it('of a product with a matrix a head is none: each turns the inputs its own way', () => {
    const nodes = [firstOfRows, node('MatMul', ['a', 'wb'], ['b'])];
    expect(limitsOf(nodes, [waOfRows, zeros('wb', 3, 16, 20)], rows)).toEqual({ a: 2, b: undefined });
  });

  it('of a convolution along other axes than those of the features is none', () => {
    const nodes = [firstOfRows, node('Conv', ['a', 'wb'], ['b'])];
    const limits = limitsOf(nodes, [waOfRows, zeros('wb', 20, 9, 1)], [value('x', 'float32', ['n', 9, 2])]);
    expect(limits).toEqual({ a: 2, b: 9 });
    const product = [first, node('MatMul', ['a', 'wb'], ['b'])];
    expect(limitsOf(product, [wa, zeros('wb', 8, 8)], images)).toEqual({ a: 1, b: undefined });
  });

  it('behind a weight on the left is none: what follows reads positions', () => {
    // [2, 9] · [n, 9, 16] = [n, 2, 16], of which two rows a sample are read: 16 directions.
    const nodes = [node('MatMul', ['w', 'x'], ['a']), node('MatMul', ['a', 'wb'], ['b'])];
    const limits = limitsOf(
      nodes,
      [zeros('w', 2, 9), zeros('wb', 16, 20)],
      [value('x', 'float32', ['n', 9, 16])],
    );
    expect(limits).toEqual({ a: undefined, b: 16 });
  });
});

describe('a limit is handed on by', () => {
  /** The limit of a product to 30 features behind these nodes, which make `r` of `a`, of two directions. */
  const behind = (between: readonly NodeProto[], more: readonly TensorProto[] = []) =>
    limitsOf(
      [firstOfRows, ...between, node('Gemm', ['r', 'wb'], ['b'])],
      [waOfRows, zeros('wb', 16, 30), ...more],
      rows,
    ).b;
  /** That of a 1×1 convolution to 30 features behind `a`, of one direction. */
  const behindMap = (between: readonly NodeProto[], more: readonly TensorProto[] = []) =>
    limitsOf(
      [first, ...between, node('Conv', ['r', 'wb'], ['b'])],
      [wa, zeros('wb', 30, 16, 1, 1), ...more],
      images,
    ).b;

  it.each(['Identity', 'Dropout', 'Cast'])('%s', (op) => {
    expect(behind([node(op, ['a'], ['r'])])).toBe(2);
  });

  it('BatchNormalization and GlobalAveragePool', () => {
    const normalized = node('BatchNormalization', ['a', 's', 's', 's', 's'], ['r']);
    expect(behindMap([normalized], [zeros('s', 16)])).toBe(1);
    expect(behindMap([node('GlobalAveragePool', ['a'], ['r'])])).toBe(1);
  });

  it.each([
    ['Mul', []],
    ['Add', [16]],
    ['Sub', [1, 16]],
    ['Div', [1]],
  ])('%s with a constant of the shape [%s] for rows', (op, dims) => {
    expect(behind([node(op, ['a', 'k'], ['r'])], [zeros('k', ...dims)])).toBe(2);
  });

  it.each([
    ['Mul', []],
    ['Add', [1]],
    ['Mul', [16, 1, 1]],
    ['Add', [1, 16, 1, 1]],
    ['Mul', [1, 1, 1, 1]],
  ])('%s with a constant of the shape [%s] for feature maps', (op, dims) => {
    expect(behindMap([node(op, ['a', 'k'], ['r'])], [zeros('k', ...dims)])).toBe(1);
  });

  it('a constant along the features of sequences, which have one axis of positions', () => {
    const nodes = [first, node('Mul', ['a', 'k'], ['r']), node('Conv', ['r', 'wb'], ['b'])];
    const limit = (...dims: number[]) =>
      limitsOf(
        nodes,
        [zeros('wa', 16, 1, 1), zeros('wb', 30, 16, 1), zeros('k', ...dims)],
        [value('x', 'float32', ['n', 1, 9])],
      ).b;
    expect(limit(16, 1)).toBe(1);
    expect(limit(16, 1, 1)).toBe(16);
  });

  it('no constant that differs from position to position', () => {
    for (const dims of [
      [7, 16],
      [3, 1, 16],
    ]) {
      expect(behind([node('Mul', ['a', 'k'], ['r'])], [zeros('k', ...dims)])).toBe(16);
    }
    for (const dims of [[16, 8, 1], [16, 1, 8], [1, 16, 8, 8], [8], [16, 1], [2, 16, 1, 1]]) {
      expect(behindMap([node('Add', ['a', 'k'], ['r'])], [zeros('k', ...dims)])).toBe(16);
    }
  });

  it('no division of a constant by the values, on either side a linear one', () => {
    expect(behind([node('Div', ['k', 'a'], ['r'])], [zeros('k')])).toBe(16);
    expect(behind([node('Sub', ['k', 'a'], ['r'])], [zeros('k')])).toBe(2);
  });

  it('no product of two of them', () => {
    expect(behind([node('Mul', ['a', 'a'], ['r'])])).toBe(16);
  });
});

describe('limits of values that meet', () => {
  /** Two layers of one and two directions, and a third, `r`, behind an activation function. */
  const parts = [
    node('MatMul', ['x', 'w1'], ['one']),
    node('MatMul', ['z', 'w2'], ['two']),
    node('Relu', ['two'], ['free']),
  ];
  const inputs = [value('x', 'float32', ['n', 5, 1]), value('z', 'float32', ['n', 5, 2])];
  const meeting = (
    met: NodeProto,
    features: number,
    more: readonly TensorProto[] = [],
    declared: ValueInfoProto[] = [],
  ) =>
    limitsOf(
      [...parts, met, node('MatMul', ['met', 'w3'], ['y'])],
      [zeros('w1', 1, 16), zeros('w2', 2, 16), zeros('w3', features, 40), ...more],
      inputs,
      declared,
    ).y;

  it.each(['Add', 'Sub'])('add up in %s', (op) => {
    expect(meeting(node(op, ['one', 'two'], ['met']), 16)).toBe(3);
  });

  it('add up side by side, where it is told that they lie along the features', () => {
    const concat = (axis: bigint) => node('Concat', ['one', 'two'], ['met'], { axis });
    const declared = [value('one', 'float32', ['n', 5, 16])];
    expect(meeting(concat(-1n), 32)).toBe(3);
    expect(meeting(concat(2n), 32, [], declared)).toBe(3);
    // Of an open rank axis 2 may be that of the positions, and axis 1 is, of rank 3.
    expect(meeting(concat(2n), 32)).toBe(32);
    expect(meeting(concat(1n), 16, [], declared)).toBe(16);
  });

  it('are none where one of them has none, is laid out otherwise or is a constant', () => {
    expect(meeting(node('Add', ['one', 'free'], ['met']), 16)).toBe(16);
    expect(meeting(node('Add', ['free', 'one'], ['met']), 16)).toBe(16);
    const constant = node('Concat', ['one', 'two', 'k'], ['met'], { axis: -1n });
    expect(meeting(constant, 48, [zeros('k', 1, 5, 16)])).toBeUndefined();
  });

  it('add up along the channels of feature maps only', () => {
    const nodes = (axis: bigint) => [
      first,
      node('Conv', ['x', 'wa'], ['c']),
      node('Concat', ['a', 'c'], ['met'], { axis }),
      node('Conv', ['met', 'wb'], ['b']),
    ];
    expect(limitsOf(nodes(1n), [wa, zeros('wb', 64, 32, 1, 1)], images).b).toBe(2);
    expect(limitsOf(nodes(2n), [wa, zeros('wb', 64, 16, 1, 1)], images).b).toBe(16);
  });
});

describe('a limit outlives a new shape', () => {
  const dense = node('Gemm', ['f', 'wb'], ['b']);
  const mean = node('GlobalAveragePool', ['a'], ['g']);
  const pooled = value('g', 'float32', ['n', 16, 1, 1]);

  it.each(['Flatten', 'Squeeze'])('by %s behind a mean over all positions', (op) => {
    const nodes = [first, mean, node(op, ['g'], ['f']), dense];
    expect(limitsOf(nodes, [wa, zeros('wb', 16, 30)], images).b).toBe(1);
  });

  it('by Reshape behind a mean, where each sample stays one row', () => {
    const reshape = node('Reshape', ['g', 'shape'], ['f']);
    const to = (...shape: number[]) =>
      limitsOf(
        [first, mean, reshape, node('MatMul', ['f', 'wb'], ['b'])],
        [wa, zeros('wb', shape.at(-1) ?? 0, 30), zeros('shape', shape.length)],
        images,
        [pooled, value('f', 'float32', ['n', ...shape.slice(1)])],
      ).b;
    expect(to(0, 16)).toBe(1);
    // Four rows of a sample are four projections of one direction.
    expect(to(0, 4, 4)).toBe(4);
  });

  it('not by Flatten of a feature map, whose pixels become features', () => {
    const nodes = [first, node('Flatten', ['a'], ['f']), dense];
    expect(limitsOf(nodes, [wa, zeros('wb', 1024, 2000)], images).b).toBe(1024);
  });

  it('by Reshape of rows that keeps their length', () => {
    const reshaped = (length: number | null, op = 'Reshape') =>
      limitsOf(
        [firstOfRows, node(op, ['a', 'shape'], ['f']), node('MatMul', ['f', 'wb'], ['b'])],
        [waOfRows, zeros('wb', length ?? 16, 30), zeros('shape', 2)],
        rows,
        [value('a', 'float32', ['n', 16]), value('f', 'float32', ['m', length])],
      ).b;
    expect(reshaped(16)).toBe(2);
    expect(reshaped(8)).toBe(8);
    expect(reshaped(null)).toBe(16);
    expect(reshaped(16, 'Flatten')).toBe(16);
  });
});
