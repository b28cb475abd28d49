import { expect, it } from 'vitest';
import { mixesSamples } from '../../src/layers/mixesSamples.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory, withFunction } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const of = (nodes: readonly NodeProto[]) =>
  model({
    inputs: [value('x', 'float32', [4, 3])],
    nodes,
    outputs: ['y'],
    initializers: [tensor('first', 'int64', [1], [0]), tensor('last', 'int64', [1], [-1])],
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
  ['one on the way', [node('ReduceMax', ['x'], ['m']), node('Sub', ['x', 'm'], ['y'])]],
])('finds %s', (_, nodes) => {
  expect(mixer(nodes)).toMatch(/^(Dynamic|Batch|Reduce|Softmax)/);
});

it.each([
  ['an operator along the features', [node('Softmax', ['x'], ['y'], { axis: -1n })]],
  ['a sum over the features', [node('ReduceSum', ['x', 'last'], ['y'])]],
  ['statistics that were learnt', [batchNorm(['y'], 0n)]],
  [
    'arithmetic with the shape',
    [node('Shape', ['x'], ['n']), node('ReduceProd', ['n'], ['p']), node('Reshape', ['x', 'p'], ['y'])],
  ],
  ['what the value is not made of', [node('Relu', ['x'], ['y']), node('ReduceSum', ['y'], ['z'])]],
])('lets %s pass', (_, nodes) => {
  expect(mixer(nodes)).toBeUndefined();
});

it('looks into the functions of the model', () => {
  const call = node('Scaled', ['x'], ['y'], {}, { domain: 'mine' });
  const proto = withFunction(of([call]), 'Scaled', [node('ReduceMax', ['a'], ['b'])]);
  expect(mixesSamples(inMemory(proto), ['y'])).toBe('ReduceMax');
});
