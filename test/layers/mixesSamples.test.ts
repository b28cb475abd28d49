import { expect, it } from 'vitest';
import { mixesSamples } from '../../src/layers/mixesSamples.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies, withFunction } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const of = (nodes: readonly NodeProto[]) =>
  model({
    inputs: [value('x', 'float32', [4, 3])],
    nodes,
    outputs: ['y'],
    initializers: [
      tensor('first', 'int64', [1], [0]),
      tensor('last', 'int64', [1], [-1]),
      tensor('none', 'int64', [0], []),
    ],
  });
const mixer = (nodes: readonly NodeProto[]) => mixesSamples(inMemory(of(nodes)), ['y']);
const batchNorm = (outputs: readonly string[], training: bigint) =>
  node('BatchNormalization', ['x', 's', 'b', 'm', 'v'], outputs, { training_mode: training });

it.each([
  ['a scale of all samples', [node('DynamicQuantizeLinear', ['x'], ['y', 's', 'z'])]],
  [
    'a scale inside a product',
    [node('DynamicQuantizeMatMul', ['x', 'w'], ['y'], {}, { domain: 'com.microsoft' })],
  ],
  ['statistics of the batch', [batchNorm(['y'], 1n)]],
  ['a mean over the samples', [node('ReduceMean', ['x'], ['y'], { axes: [0n] })]],
  ['a mean over the first of two axes, from the end', [node('ReduceMean', ['x'], ['y'], { axes: [-2n] })]],
  ['a sum over all axes', [node('ReduceSum', ['x'], ['y'])]],
  ['a sum over an axis that is given', [node('ReduceSum', ['x', 'first'], ['y'])]],
  [
    'a sum over an axis that is computed',
    [node('Shape', ['x'], ['n']), node('ReduceSum', ['x', 'n'], ['y'])],
  ],
  ['shares among samples', [node('Softmax', ['x'], ['y'], { axis: 0n })]],
  ['shares among samples, the rank told from the end', [node('LogSoftmax', ['x'], ['y'], { axis: -2n })]],
  ['the largest sample', [node('ArgMax', ['x'], ['y'])]],
  ['the order of samples', [node('TopK', ['x', 'k'], ['y', 'i'], { axis: 0n })]],
  ['running sums over the samples', [node('CumSum', ['x', 'first'], ['y'])]],
  [
    'running sums over an axis that is computed',
    [node('Shape', ['x'], ['n']), node('CumSum', ['x', 'n'], ['y'])],
  ],
  ['norms over the samples, as where nothing is said', [node('MeanVarianceNormalization', ['x'], ['y'])]],
  ['statistics of the batch, before opset 14', [batchNorm(['y', '', 'v2'], 0n)]],
  ['a sum over no axis, which is all', [node('ReduceSum', ['x', 'none'], ['y'])]],
  [
    'a sum over an axis in a node',
    [node('Constant', [], ['axis'], { value_ints: [0n] }), node('ReduceSum', ['x', 'axis'], ['y'])],
  ],
  [
    'a sum over an axis in a tensor of a node',
    [
      node('Constant', [], ['axis'], { value: tensor('', 'int64', [2], [1, 0]) }),
      node('ReduceSum', ['x', 'axis'], ['y']),
    ],
  ],
  ['one on the way', [node('ReduceMax', ['x'], ['m']), node('Sub', ['x', 'm'], ['y'])]],
])('finds %s', (_, nodes) => {
  expect(mixer(nodes)).toMatch(/^(Dynamic|Batch|Reduce|Softmax|LogSoftmax|ArgMax|TopK|CumSum|MeanVariance)/);
});

it.each([
  ['an operator along the features', [node('Softmax', ['x'], ['y'], { axis: -1n })]],
  ['a sum over the features', [node('ReduceSum', ['x', 'last'], ['y'])]],
  ['the largest feature', [node('ArgMin', ['x'], ['y'], { axis: 1n })]],
  ['the order of features', [node('TopK', ['x', 'k'], ['y', 'i'])]],
  ['running sums over the features', [node('CumSum', ['x', 'last'], ['y'])]],
  ['norms over other axes', [node('MeanVarianceNormalization', ['x'], ['y'], { axes: [1n] })]],
  [
    'a sum that no axis switches off',
    [node('ReduceSum', ['x', 'none'], ['y'], { noop_with_empty_axes: 1n })],
  ],
  [
    'a sum over the features in a node',
    [node('Constant', [], ['axis'], { value_ints: [1n] }), node('ReduceSum', ['x', 'axis'], ['y'])],
  ],
  [
    'what is computed of constants alone',
    [node('ReduceSum', ['first'], ['c']), node('Add', ['x', 'c'], ['y'])],
  ],
  ['statistics that were learnt', [batchNorm(['y'], 0n)]],
  [
    'arithmetic with the shape',
    [node('Shape', ['x'], ['n']), node('ReduceProd', ['n'], ['p']), node('Reshape', ['x', 'p'], ['y'])],
  ],
  ['what the value is not made of', [node('Relu', ['x'], ['y']), node('ReduceSum', ['y'], ['z'])]],
])('lets %s pass', (_, nodes) => {
  expect(mixer(nodes)).toBeUndefined();
});

it('looks into bodies, nested ones too', () => {
  const inner = (made: NodeProto) => nodeWithBodies('If', ['c'], ['i'], { then_branch: body([made], ['t']) });
  const nested = (made: NodeProto) =>
    nodeWithBodies('If', ['c'], ['y'], {
      then_branch: body([node('Relu', ['x'], ['r']), inner(made)], ['i']),
    });
  expect(mixer([nested(node('ReduceMax', ['x'], ['t']))])).toBe('ReduceMax');
  expect(mixer([nested(node('Neg', ['x'], ['t']))])).toBeUndefined();
});

it('ends in functions that call themselves, and takes none for what it is called', () => {
  const call = node('ReduceMax', ['x'], ['y'], {}, { domain: 'mine' });
  const proto = withFunction(of([call]), 'ReduceMax', [
    node('ReduceMax', ['a'], ['b'], {}, { domain: 'mine' }),
  ]);
  expect(mixesSamples(inMemory(proto), ['y'])).toBeUndefined();
});

it('looks into the functions of the model', () => {
  const call = node('Scaled', ['x'], ['y'], {}, { domain: 'mine' });
  const proto = withFunction(of([call]), 'Scaled', [node('ReduceMax', ['a'], ['b'])]);
  expect(mixesSamples(inMemory(proto), ['y'])).toBe('ReduceMax');
});
