import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { layerRoles } from '../../src/layers/roles.js';
import { Graph } from '../../src/onnx/graph.js';
import type { NodeProto, TensorProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { model, node, value } from '../support/models.js';
import { zeros } from './found.js';

/** The roles of layers, by the values that they make. */
function rolesOf(nodes: readonly NodeProto[], weights: readonly TensorProto[]) {
  const inputs = [value('x', 'float32'), value('z', 'float32')];
  const file = inMemory(model({ nodes, inputs, outputs: [], initializers: weights }));
  const { layers } = findLayers(file);
  const roles = layerRoles(new Graph(file.graph, file.proto), layers);
  return Object.fromEntries(
    layers.flatMap((layer) => (roles.has(layer) ? [[layer.output, roles.get(layer)]] : [])),
  );
}

const conv = (from: string, to: string, weight: string, group = 1n) =>
  node('Conv', [from, weight], [to], { group });
/** 8 features from 8, each by itself. */
const depthwise = zeros('dw', 8, 1, 3, 3);

describe('a convolution with groups', () => {
  it.each<[string, string, number[], bigint, string | undefined]>([
    ['of one feature each', 'Conv', [8, 1, 3, 3], 8n, 'depthwise'],
    ['that each make two features of one', 'Conv', [16, 1, 3, 3], 8n, 'depthwise'],
    ['of two features each', 'Conv', [8, 2, 3, 3], 4n, 'grouped'],
    ['none', 'Conv', [8, 8, 3, 3], 1n, undefined],
    ['of one feature each, transposed', 'ConvTranspose', [8, 1, 2, 2], 8n, 'depthwise'],
    ['of two features each, transposed', 'ConvTranspose', [8, 1, 2, 2], 4n, 'grouped'],
  ])('%s', (_, op, dims, group, role) => {
    const roles = rolesOf([node(op, ['x', 'w'], ['y'], { group })], [zeros('w', ...dims)]);
    expect(roles).toEqual(role === undefined ? {} : { y: role });
  });
});

describe('a projection', () => {
  const to = (features: number, kernel = 1) => [depthwise, zeros('pw', features, 8, kernel, kernel)];
  const plain = [conv('x', 'd', 'dw', 8n), node('Relu', ['d'], ['r']), conv('r', 'y', 'pw')];

  it('takes what a depthwise convolution gives back to fewer features, pixel by pixel', () => {
    expect(rolesOf(plain, to(4))).toEqual({ d: 'depthwise', y: 'projection' });
  });

  it('is none where features are as many or more, where it sees neighbours, or behind a full convolution', () => {
    expect(rolesOf(plain, to(8))).toEqual({ d: 'depthwise' });
    expect(rolesOf(plain, to(4, 3))).toEqual({ d: 'depthwise' });
    const full = [conv('x', 'c', 'w'), conv('c', 'y', 'pw')];
    expect(rolesOf(full, [zeros('w', 8, 8, 3, 3), zeros('pw', 4, 8, 1, 1)])).toEqual({});
    expect(rolesOf([conv('x', 'y', 'pw')], to(4))).toEqual({});
  });

  it('is one behind x · sigmoid(x) and behind a gate as well', () => {
    const swish = [
      conv('x', 'd', 'dw', 8n),
      node('Sigmoid', ['d'], ['s']),
      node('Mul', ['d', 's'], ['r']),
      conv('r', 'y', 'pw'),
    ];
    expect(rolesOf(swish, to(4))).toMatchObject({ y: 'projection' });
    const turned = swish.with(2, node('Mul', ['s', 'd'], ['r']));
    expect(rolesOf(turned, to(4))).toMatchObject({ y: 'projection' });
  });

  it('is none behind a product of two layers, or of two gates', () => {
    const product = [
      conv('x', 'd', 'dw', 8n),
      conv('z', 'e', 'dw', 8n),
      node('Add', ['d', 'e'], ['r']),
      conv('r', 'y', 'pw'),
    ];
    expect(rolesOf(product, to(4))).not.toHaveProperty('y');
    const gates = [
      conv('x', 'd', 'dw', 8n),
      node('Sigmoid', ['d'], ['s']),
      node('HardSigmoid', ['d'], ['t']),
      node('Mul', ['s', 't'], ['r']),
      conv('r', 'y', 'pw'),
    ];
    expect(rolesOf(gates, to(4))).not.toHaveProperty('y');
  });
});

describe('squeeze and excitation', () => {
  const weights = [zeros('w', 8, 8, 3, 3), zeros('down', 2, 8, 1, 1), zeros('up', 8, 2, 1, 1), zeros('six')];
  /** A layer whose features are weighed by their means; in some designs the gate is a clipped sum, divided. */
  const block = (pool: NodeProto[], gate: NodeProto[]) => [
    conv('x', 'c', 'w'),
    ...pool,
    conv('p', 's', 'down'),
    node('Relu', ['s'], ['r']),
    conv('r', 'e', 'up'),
    ...gate,
  ];
  const pool = [node('GlobalAveragePool', ['c'], ['p'])];
  const sigmoid = [node('Sigmoid', ['e'], ['g']), node('Mul', ['c', 'g'], ['y'])];
  const both = { s: 'squeeze', e: 'excitation' };

  it('are the two layers whose result weighs what they took the means of', () => {
    expect(rolesOf(block(pool, sigmoid), weights)).toEqual(both);
    const mean = [node('ReduceMean', ['c'], ['p'], { axes: [2n, 3n] })];
    expect(rolesOf(block(mean, sigmoid), weights)).toEqual(both);
  });

  it.each<[string, NodeProto[]]>([
    ['HardSigmoid', [node('HardSigmoid', ['e'], ['g']), node('Mul', ['g', 'c'], ['y'])]],
    ['Clip', [node('Clip', ['e'], ['g']), node('Mul', ['c', 'g'], ['y'])]],
    [
      'a clipped sum, divided',
      [
        node('Add', ['e', 'six'], ['a']),
        node('Clip', ['a'], ['b']),
        node('Div', ['b', 'six'], ['g']),
        node('Mul', ['c', 'g'], ['y']),
      ],
    ],
  ])('may end in %s', (_, gate) => {
    expect(rolesOf(block(pool, gate), weights)).toEqual(both);
  });

  it.each<[string, NodeProto[], NodeProto[]]>([
    ['no means were taken', [node('Relu', ['c'], ['p'])], sigmoid],
    ['the gate is a Relu', pool, [node('Relu', ['e'], ['g']), node('Mul', ['c', 'g'], ['y'])]],
    ['nothing is weighed', pool, [node('Sigmoid', ['e'], ['g'])]],
    ['a constant is weighed', pool, [node('Sigmoid', ['e'], ['g']), node('Mul', ['six', 'g'], ['y'])]],
    [
      'another layer comes between',
      pool,
      [conv('e', 'f', 'w'), node('Sigmoid', ['f'], ['g']), node('Mul', ['c', 'g'], ['y'])],
    ],
    ['the result is added', pool, [node('Sigmoid', ['e'], ['g']), node('Add', ['c', 'g'], ['y'])]],
  ])('are none where %s', (_, pooled, gate) => {
    const roles = rolesOf(block(pooled, gate), weights);
    expect(roles).not.toHaveProperty('s');
    expect(roles.e).not.toBe('excitation');
  });
});

describe('queries, keys and values', () => {
  const weights = [zeros('wq', 8, 8), zeros('wk', 8, 8), zeros('wv', 8, 8), zeros('half'), zeros('b', 8)];
  const project = (of: string) => node('MatMul', ['x', `w${of}`], [of]);
  const heads = (of: string) => [
    node('Reshape', [of, 'half'], [`${of}r`]),
    node('Transpose', [`${of}r`], [`${of}t`], { perm: [0n, 2n, 1n, 3n] }),
  ];
  const scores = node('MatMul', ['qt', 'kt'], ['scores']);

  it('go into products of activations, past what arranges and scales them', () => {
    const nodes = [
      project('q'),
      project('k'),
      project('v'),
      ...heads('q'),
      ...heads('k'),
      ...heads('v'),
      node('Mul', ['qt', 'half'], ['qs']),
      node('MatMul', ['qs', 'kt'], ['scores']),
      node('Softmax', ['scores'], ['p']),
      node('MatMul', ['p', 'vt'], ['y']),
    ];
    expect(rolesOf(nodes, weights)).toEqual({ q: 'attention', k: 'attention', v: 'attention' });
  });

  it('are told behind the bias that completes them, and before a fused operator', () => {
    const nodes = [
      project('q'),
      node('Add', ['q', 'b'], ['qb']),
      project('k'),
      project('v'),
      node('MultiHeadAttention', ['qb', 'k', 'v'], ['y'], {}, { domain: 'com.microsoft' }),
    ];
    expect(rolesOf(nodes, weights)).toEqual({ qb: 'attention', k: 'attention', v: 'attention' });
    const packed = node('Attention', ['q'], ['y'], {}, { domain: 'com.microsoft' });
    expect(rolesOf([project('q'), packed], weights)).toEqual({ q: 'attention' });
  });

  it('are told past a rotation, which adds two products of one value', () => {
    const nodes = [
      project('q'),
      node('Mul', ['q', 'half'], ['even']),
      node('Neg', ['q'], ['n']),
      node('Mul', ['n', 'half'], ['odd']),
      node('Add', ['even', 'odd'], ['qt']),
      project('k'),
      ...heads('k'),
      scores,
    ];
    expect(rolesOf(nodes, weights)).toEqual({ q: 'attention', k: 'attention' });
  });

  it('are not layers behind an activation function, in a residual, or in front of another layer', () => {
    const nodes = (between: NodeProto[]) => [project('q'), ...between, project('k'), ...heads('k'), scores];
    expect(rolesOf(nodes([node('Gelu', ['q'], ['qt'])]), weights)).toEqual({ k: 'attention' });
    expect(rolesOf(nodes([node('Add', ['q', 'x'], ['qt'])]), weights)).toEqual({ k: 'attention' });
    expect(rolesOf(nodes([node('Sub', ['q', 'x'], ['qt'])]), weights)).toEqual({ k: 'attention' });
    const next = [
      node('MatMul', ['q', 'wv'], ['v']),
      ...heads('v').slice(0, 1),
      node('Transpose', ['vr'], ['qt']),
    ];
    expect(rolesOf(nodes(next), weights)).toEqual({ v: 'attention', k: 'attention' });
  });

  it('are none in a product with one of the model’s inputs, or with a constant', () => {
    expect(rolesOf([project('k'), ...heads('k'), node('MatMul', ['z', 'kt'], ['y'])], weights)).toEqual({});
    expect(rolesOf([project('k'), node('Mul', ['k', 'half'], ['y'])], weights)).toEqual({});
  });
});
