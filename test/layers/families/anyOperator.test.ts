import { describe, expect, it } from 'vitest';
import type { NodeProto } from '../../../src/onnx/proto/onnx_pb.js';
import { type Dimension, node, value } from '../../support/models.js';
import { found, zeros } from '../found.js';

const conv = node('Conv', ['x', 'k'], ['c']);
const linear = node('MatMul', ['x', 'w'], ['m']);
const initializers = [zeros('k', 8, 3, 3, 3), zeros('w', 7, 5), zeros('b', 5), zeros('one')];

/** The layout of the value `v`, which an operator named by `--ops` makes; or the reason why there is none. */
function layoutOf(
  op: string,
  nodes: readonly NodeProto[],
  { x, v }: { x?: readonly Dimension[]; v?: readonly Dimension[] } = {},
) {
  const { layers, notObservable } = found(nodes, {
    inputs: [value('x', 'float32', x)],
    declared: v ? [value('v', 'float32', v)] : [],
    initializers,
    ops: [op],
  });
  return layers.find(({ output }) => output === 'v')?.layout ?? notObservable[0]?.reason;
}

const featureMap = (rank: number) => ({ kind: 'featureMap', rank });

describe('an operator that --ops names holds its features where', () => {
  it('the convolution before it has them', () => {
    const nodes = [
      conv,
      node('BatchNormalization', ['c', 'b', 'b', 'b', 'b'], ['n']),
      node('Relu', ['n'], ['v']),
    ];
    expect(layoutOf('Relu', nodes)).toEqual(featureMap(4));
  });

  it('the convolution has them that a residual adds to', () => {
    expect(layoutOf('Add', [conv, node('Relu', ['c'], ['r']), node('Add', ['r', 'c'], ['v'])])).toEqual(
      featureMap(4),
    );
  });

  it('the first operand that varies has them', () => {
    expect(layoutOf('Mul', [conv, node('Mul', ['one', 'c'], ['v'])])).toEqual(featureMap(4));
  });

  it('the linear layer before it has them, bias included', () => {
    const nodes = [linear, node('Add', ['m', 'b'], ['a']), node('Softmax', ['a'], ['v'])];
    expect(layoutOf('Softmax', nodes, { x: ['N', 12, 7] })).toMatchObject({ kind: 'featuresLast' });
  });

  it('Transpose moves them: channels to the end and back', () => {
    const last = node('Transpose', ['c'], ['l'], { perm: [0n, 2n, 3n, 1n] });
    expect(layoutOf('Relu', [conv, last, node('Relu', ['l'], ['v'])])).toEqual({
      kind: 'featuresLast',
      rank: 4,
    });
    const first = node('Transpose', ['l'], ['f'], { perm: [0n, 3n, 1n, 2n] });
    expect(layoutOf('Relu', [conv, last, first, node('Relu', ['f'], ['v'])])).toEqual(featureMap(4));
  });

  it('Transpose moves those of the model’s input', () => {
    const last = node('Transpose', ['x'], ['l'], { perm: [0n, 2n, 3n, 1n] });
    expect(layoutOf('Relu', [last, node('Relu', ['l'], ['v'])], { x: ['N', 3, 8, 8] })).toEqual({
      kind: 'featuresLast',
      rank: 4,
    });
  });

  it('Transpose moves them to the second axis, of a rank that only it tells', () => {
    const second = node('Transpose', ['m'], ['t'], { perm: [0n, 2n, 1n] });
    expect(layoutOf('Relu', [linear, second, node('Relu', ['t'], ['v'])])).toEqual(featureMap(3));
  });

  it('a product of two activations has them: last', () => {
    const scores = [
      node('Relu', ['x'], ['k2']),
      node('MatMul', ['x', 'k2'], ['s']),
      node('Softmax', ['s'], ['v']),
    ];
    expect(layoutOf('Softmax', scores, { v: ['N', 4, 9, 9] })).toEqual({ kind: 'featuresLast' });
    expect(layoutOf('MatMul', [node('Relu', ['x'], ['k2']), node('MatMul', ['x', 'k2'], ['v'])])).toEqual({
      kind: 'featuresLast',
    });
  });

  it('LayerNormalization puts them: last, whatever comes before', () => {
    const nodes = [node('Reshape', ['x', 'b'], ['r']), node('LayerNormalization', ['r', 'b'], ['v'])];
    expect(layoutOf('LayerNormalization', nodes, { v: ['N', 'tokens', 5] })).toEqual({
      kind: 'featuresLast',
      rank: 3,
    });
    expect(layoutOf('LayerNormalization', nodes)).toEqual({ kind: 'featuresLast' });
  });

  it.each<[string, Dimension[], unknown]>([
    ['rows', ['N', 5], { kind: 'featuresLast', rank: 2 }],
    ['tokens', ['N', 9, 5], { kind: 'featuresLast', rank: 3 }],
    ['images', ['N', 3, 8, 8], featureMap(4)],
  ])('inputs of that rank have them: %s', (_, x, layout) => {
    expect(layoutOf('Relu', [node('Relu', ['x'], ['v'])], { x })).toEqual(layout);
  });

  it('batch normalization of three dimensions has them: second', () => {
    const nodes = [node('BatchNormalization', ['x', 'b', 'b', 'b', 'b'], ['v'])];
    expect(layoutOf('BatchNormalization', nodes, { v: ['N', 5, 9] })).toEqual(featureMap(3));
    expect(layoutOf('BatchNormalization', nodes, { v: ['N', 5] })).toEqual({ kind: 'featuresLast', rank: 2 });
  });
});

describe('an operator that --ops names is not observable', () => {
  it('where its rank is unknown', () => {
    expect(layoutOf('Relu', [node('Relu', ['x'], ['v'])])).toMatch(/rank of its output is not known/);
  });

  it('where it has no feature axis', () => {
    expect(layoutOf('Relu', [node('Relu', ['x'], ['v'])], { v: ['N'] })).toMatch(/too few dimensions/);
    const normalized = [node('LayerNormalization', ['x', 'b'], ['v'])];
    expect(layoutOf('LayerNormalization', normalized, { v: ['N'] })).toMatch(/too few dimensions/);
    expect(layoutOf('LayerNormalization', normalized, { v: ['N', 5] })).toEqual({
      kind: 'featuresLast',
      rank: 2,
    });
  });

  it('where its samples were moved away', () => {
    const stepsFirst = node('Transpose', ['m'], ['t'], { perm: [1n, 0n, 2n] });
    const nodes = [linear, stepsFirst, node('Relu', ['t'], ['v'])];
    expect(layoutOf('Relu', nodes, { v: [9, 'N', 5] })).toMatch(/a Transpose before it moves/);
  });

  it.each<[string, NodeProto[], Dimension[]]>([
    ['lets its order open', [conv, node('Transpose', ['c'], ['t'])], [8, 8, 5, 'N']],
    [
      'puts features between pixels',
      [conv, node('Transpose', ['c'], ['t'], { perm: [0n, 2n, 1n, 3n] })],
      ['N', 5, 8, 8],
    ],
    [
      'comes behind a weight on the left',
      [node('MatMul', ['w', 'x'], ['m']), node('Transpose', ['m'], ['t'], { perm: [0n, 2n, 1n] })],
      ['N', 9, 7],
    ],
  ])('where the Transpose before it %s', (_, nodes, v) => {
    const reason = layoutOf('Relu', [...nodes, node('Relu', ['t'], ['v'])], { v });
    expect(reason).toMatch(/a Transpose before it moves/);
  });

  it('where its output is left out', () => {
    expect(layoutOf('Dropout', [node('Dropout', ['x'], ['', 'mask'])])).toMatch(/left out/);
  });
});

it('leaves constants alone: they tell nothing of the data', () => {
  const nodes = [node('Neg', ['b'], ['v']), node('Neg', ['x'], ['y'])];
  const { layers, notObservable } = found(nodes, {
    inputs: [value('x', 'float32', ['N', 5])],
    initializers,
    ops: ['Neg'],
  });
  expect(layers.map(({ output }) => output)).toEqual(['y']);
  expect(notObservable).toEqual([]);
});

it('does not take a state of a recurrent layer for its sequence', () => {
  const nodes = [node('GRU', ['x', 'W', 'R'], ['Y', 'Y_h']), node('Relu', ['Y_h'], ['v'])];
  const { notObservable } = found(nodes, {
    initializers: [zeros('W', 1, 12, 3), zeros('R', 1, 12, 4)],
    ops: ['Relu'],
  });
  expect(notObservable.map(({ op }) => op)).toEqual(['Relu']);
});
