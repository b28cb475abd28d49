import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { structureOf } from '../../src/layers/structure.js';
import type { NodeProto, TensorProto } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { type AttributeValue, model, node, tensor, value } from '../support/models.js';
import { zeros } from './found.js';

/** 4 features from 4, by 1×1 pixels. */
const w = zeros('w', 4, 4, 1, 1);
const conv = (name: string, input: string, weight = 'w', attributes: Record<string, AttributeValue> = {}) =>
  node('Conv', [input, weight], [name], attributes, { name: `/${name}/Conv` });

function structure(
  nodes: readonly NodeProto[],
  { initializers = [] as TensorProto[], outputs = ['y'], ops = [] as string[] } = {},
) {
  const inputs = [value('x', 'float32', ['n', 4, 8, 8])];
  const file = inMemory(model({ nodes, inputs, outputs, initializers: [w, ...initializers] }));
  return structureOf(file, findLayers(file, ops).all);
}

describe('the structure of a model', () => {
  it('has the layers and the operators in which their paths meet', () => {
    const block = [
      conv('a', 'x'),
      node('Relu', ['a'], ['r']),
      conv('b', 'r'),
      node('Add', ['b', 'r'], ['s']),
      conv('y', 's'),
    ];
    expect(structure(block).map(({ id, op, isJoin, inputs }) => ({ id, op, isJoin, inputs }))).toEqual([
      { id: 'a', op: 'Conv', isJoin: undefined, inputs: ['input'] },
      { id: 'b', op: 'Conv', isJoin: undefined, inputs: ['a'] },
      { id: 'Add_3', op: 'Add', isJoin: true, inputs: ['b', 'a'] },
      { id: 'y', op: 'Conv', isJoin: undefined, inputs: ['Add_3'] },
    ]);
  });

  it('gives a meeting a name that no layer has', () => {
    const nodes = [conv('Add_1', 'x'), node('Add', ['Add_1', 'x'], ['s']), conv('y', 's')];
    expect(structure(nodes).map(({ id }) => id)).toEqual(['Add_1', 'Add_1_', 'y']);
  });

  it('does not follow sizes, which tell nothing of what a value holds', () => {
    const nodes = [
      conv('a', 'x'),
      node('Shape', ['x'], ['size']),
      node('Reshape', ['a', 'size'], ['r']),
      conv('y', 'r'),
    ];
    expect(structure(nodes).map(({ id, inputs }) => [id, inputs])).toEqual([
      ['a', ['input']],
      ['y', ['a']],
    ]);
  });

  it('marks what outputs are made of, by whatever follows', () => {
    const nodes = [conv('a', 'x'), conv('b', 'a'), node('Relu', ['b'], ['y']), conv('c', 'a')];
    const isOutput = structure(nodes, { outputs: ['y', 'c'] }).map((each) => [each.id, each.isOutput]);
    expect(isOutput).toEqual([
      ['a', undefined],
      ['b', true],
      ['c', true],
    ]);
  });

  it.each<[string, NodeProto, true | undefined]>([
    ['Resize', node('Resize', ['a'], ['r']), true],
    ['Upsample', node('Upsample', ['a'], ['r']), true],
    ['DepthToSpace', node('DepthToSpace', ['a'], ['r'], { blocksize: 2n }), true],
    ['MaxUnpool', node('MaxUnpool', ['a', 'a'], ['r']), true],
    ['MaxPool', node('MaxPool', ['a'], ['r']), undefined],
    ['Resize of the model’s input', node('Resize', ['x'], ['r']), undefined],
    ['ConvTranspose of stride 2', conv2('ConvTranspose', [1n, 2n]), true],
    ['ConvTranspose of stride 1', conv2('ConvTranspose', [1n, 1n]), undefined],
    ['ConvTranspose of no stride', conv2('ConvTranspose'), undefined],
    ['Conv of stride 2', conv2('Conv', [2n, 2n]), undefined],
  ])('tells of every layer behind %s whether feature maps were enlarged', (_, between, isEnlarged) => {
    const nodes = structure([conv('a', 'x'), between, conv('b', 'r'), conv('y', 'b')]);
    expect(nodes.filter(({ id }) => ['a', 'b', 'y'].includes(id)).map((each) => each.isEnlarged)).toEqual([
      undefined,
      isEnlarged,
      isEnlarged,
    ]);
  });

  function conv2(op: string, strides?: bigint[]): NodeProto {
    return node(op, ['a', 'w'], ['r'], strides ? { strides } : {});
  }
});

describe('of a layer the structure tells', () => {
  const one = (nodes: readonly NodeProto[], initializers: TensorProto[] = []) =>
    structure(nodes, { initializers })[0];

  it('of a convolution the features, those that it reads, its groups and its kernel', () => {
    const layer = conv('y', 'x', 'g', { group: 2n });
    expect(one([layer], [zeros('g', 6, 2, 3, 5)])).toMatchObject({
      features: 6,
      inputFeatures: 4,
      groups: 2,
      kernel: [3, 5],
    });
    expect(one([conv('y', 'x')])).toMatchObject({ features: 4, inputFeatures: 4, kernel: [1, 1] });
    expect(one([conv('y', 'x')])).not.toHaveProperty('groups');
  });

  it('of a transposed one what it reads by the other axis of its weight', () => {
    const layer = node('ConvTranspose', ['x', 't'], ['y'], { group: 2n });
    // [inputs, features a group, …]
    expect(one([layer], [zeros('t', 4, 3, 2, 2)])).toMatchObject({
      features: 6,
      inputFeatures: 4,
      groups: 2,
    });
  });

  it('of a matrix what it reads by the axis that is not the features', () => {
    expect(one([node('MatMul', ['x', 'm'], ['y'])], [zeros('m', 8, 5)])).toMatchObject({
      features: 5,
      inputFeatures: 8,
    });
    const turned = node('Gemm', ['x', 'm'], ['y'], { transB: 1n });
    expect(one([turned], [zeros('m', 8, 5)])).toMatchObject({ features: 8, inputFeatures: 5 });
  });

  it('not what several matrices, one a head, read', () => {
    const layer = one([node('MatMul', ['x', 'm'], ['y'])], [zeros('m', 4, 8, 5)]);
    expect(layer).toMatchObject({ features: 5 });
    expect(layer).not.toHaveProperty('inputFeatures');
  });

  it('which layer before it has the same weight, however it comes there', () => {
    const nodes = [
      conv('a', 'x'),
      conv('b', 'a', 'other'),
      node('Identity', ['w'], ['again']),
      conv('c', 'b', 'again'),
      node('Relu', ['c'], ['r']),
      conv('y', 'r'),
    ];
    const shared = structure(nodes, { initializers: [zeros('other', 4, 4, 1, 1)] });
    expect(shared.map(({ id, sharesWeightOf }) => [id, sharesWeightOf])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'a'],
      ['y', 'a'],
    ]);
  });

  it('the same of products whose bias is an operator of its own, and of quantized ones', () => {
    const biased = [
      node('MatMul', ['x', 'm'], ['p']),
      node('Add', ['p', 'bias'], ['a']),
      node('MatMul', ['a', 'm'], ['q']),
      node('Add', ['bias', 'q'], ['y']),
    ];
    const [, second] = structure(biased, { initializers: [zeros('m', 8, 8), zeros('bias', 8)] });
    expect(second.sharesWeightOf).toBe('matmul_0');
    const quantized = (output: string) =>
      node('QLinearConv', ['x', 's', 'z', 'w', 's', 'z', 's', 'z'], [output]);
    const [, other] = structure([quantized('a'), quantized('y')], {
      initializers: [zeros('s'), zeros('z')],
    });
    expect(other.sharesWeightOf).toBe('qlinearconv_0');
  });

  it('the same of a weight on the left', () => {
    const left = (from: string, output: string) => node('MatMul', ['m', from], [output]);
    const [, second] = structure([left('x', 'a'), left('a', 'y')], { initializers: [zeros('m', 8, 8)] });
    expect(second.sharesWeightOf).toBe('matmul_0');
  });

  it.each([[['f', 'scales']], [['scales', 'f']]])(
    'of an integer product, which a cast and a scaling follow, what its own operator says: Mul of %j',
    (scaled) => {
      const nodes = [
        node('DynamicQuantizeLinear', ['x'], ['q', 'qs', 'qz']),
        node('Mul', ['qs', 'ws'], ['scales']),
        node('ConvInteger', ['q', 'dw', 'qz'], ['i'], { group: 4n }),
        node('Cast', ['i'], ['f'], { to: 1n }),
        node('Mul', scaled, ['s']),
        node('Add', ['bias', 's'], ['y']),
      ];
      const initializers = [zeros('dw', 4, 1, 3, 3), zeros('ws'), zeros('bias', 4, 1, 1)];
      expect(structure(nodes, { initializers }).find(({ op }) => op === 'ConvInteger')).toMatchObject({
        features: 4,
        inputFeatures: 4,
        groups: 4,
        kernel: [3, 3],
        role: 'depthwise',
      });
    },
  );

  it('that it stands where a recurrent layer gives only its last state', () => {
    const lstm = node('LSTM', ['x', 'W', 'R'], ['', 'h'], { hidden_size: 4n }, { name: '/rnn/LSTM' });
    const nodes = structure([lstm, node('Squeeze', ['h'], ['y'])], {
      initializers: [zeros('W', 1, 16, 3), zeros('R', 1, 16, 4)],
    });
    expect(nodes).toMatchObject([{ id: 'rnn', op: 'LSTM', inputs: ['input'], isOutput: true }]);
  });

  it('that it decodes boxes, where its weights are 0, 1, 2, …', () => {
    const bins = (last: number) => [tensor('bins', 'float32', [1, 4, 1, 1], [0, 1, 2, last])];
    expect(one([conv('y', 'x', 'bins')], bins(3)).isDecoder).toBe(true);
    expect(one([conv('y', 'x', 'bins')], bins(4))).not.toHaveProperty('isDecoder');
  });

  it('that it was asked for, and that it stands in a body, where nothing else is told', () => {
    const branch = body([node('MatMul', ['a', 'm'], ['p'])], ['p']);
    const nodes = [
      conv('a', 'x'),
      node('Relu', ['a'], ['y'], {}, { name: '/act/Relu' }),
      nodeWithBodies('If', ['a'], ['z'], { then_branch: branch }),
    ];
    const layers = structure(nodes, { ops: ['Relu'], initializers: [zeros('m', 8, 5)] });
    expect(layers.map(({ id, isRequested, isInside }) => [id, isRequested, isInside])).toEqual([
      ['a', undefined, undefined],
      ['act', true, undefined],
      ['matmul_0', undefined, true],
    ]);
    expect(layers[2]).toEqual({ id: 'matmul_0', op: 'MatMul', inputs: [], isInside: true });
  });
});
