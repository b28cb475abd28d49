import { describe, expect, test } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { unevenValues } from '../support/activationModel.js';
import { inMemory } from '../support/graphs.js';
import {
  channelwise,
  type Feeds,
  largestDistance,
  ortTensor,
  rawActivations,
} from '../support/instrumented.js';
import { type ModelParts, model, node, tensor, value } from '../support/models.js';

const microsoft = { domain: 'com.microsoft' };
const size = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
const bytes = (length: number, from = 0) => Array.from({ length }, (_, i) => from + ((i * 37) % 101));
const uint8 = (name: string, dims: readonly number[]) => tensor(name, 'uint8', dims, bytes(size(dims), 20));
const int8 = (name: string, dims: readonly number[]) => tensor(name, 'int8', dims, bytes(size(dims), -50));
const scale = (name: string, entry: number) => tensor(name, 'float32', [], [entry]);
const zero = (name: string, entry: number) => tensor(name, 'uint8', [], [entry]);

/** Scales and zero points of x, w and y. */
const parameters = [
  scale('xs', 0.02),
  zero('xz', 60),
  scale('ws', 0.01),
  zero('wz', 70),
  scale('ys', 0.05),
  zero('yz', 100),
];

const quantizedModel = (
  parts: Omit<ModelParts, 'outputs'> & { outputs?: ModelParts['outputs'] },
): ModelFile => inMemory(model({ outputs: ['y'], domains: { 'com.microsoft': 1 }, ...parts }));

interface Case {
  readonly what: string;
  readonly file: ModelFile;
  readonly feeds: Feeds;
  readonly output: string;
  readonly features: number;
}

const cases: readonly Case[] = [
  {
    what: 'QLinearConv, dequantized',
    file: quantizedModel({
      inputs: [value('x', 'uint8', ['n', 2, 'h', 'w'])],
      nodes: [node('QLinearConv', ['x', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'], ['y'])],
      initializers: [uint8('w', [3, 2, 2, 2]), ...parameters],
    }),
    feeds: { x: ortTensor('uint8', [2, 2, 4, 4], bytes(64)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'QLinearMatMul with a constant weight, dequantized',
    file: quantizedModel({
      inputs: [value('x', 'uint8', ['n', 4])],
      nodes: [node('QLinearMatMul', ['x', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'], ['y'])],
      initializers: [uint8('w', [4, 3]), ...parameters],
    }),
    feeds: { x: ortTensor('uint8', [5, 4], bytes(20)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'QGemm, dequantized',
    file: quantizedModel({
      inputs: [value('x', 'uint8', ['n', 4])],
      nodes: [node('QGemm', ['x', 'xs', 'xz', 'w', 'ws', 'wz', '', 'ys', 'yz'], ['y'], {}, microsoft)],
      initializers: [uint8('w', [4, 3]), ...parameters],
    }),
    feeds: { x: ortTensor('uint8', [5, 4], bytes(20)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'QGemm without a scale for its output, which is float',
    file: quantizedModel({
      inputs: [value('x', 'uint8', ['n', 4])],
      nodes: [node('QGemm', ['x', 'xs', 'xz', 'w', 'ws', 'wz'], ['y'], { transB: 1n }, microsoft)],
      initializers: [
        scale('xs', 0.02),
        zero('xz', 60),
        uint8('w', [3, 4]),
        scale('ws', 0.01),
        zero('wz', 70),
      ],
    }),
    feeds: { x: ortTensor('uint8', [5, 4], bytes(20)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'ConvInteger behind Cast, Mul and the Add of a bias',
    file: quantizedModel({
      inputs: [value('x', 'uint8', ['n', 2, 'h', 'w'])],
      nodes: [
        node('ConvInteger', ['x', 'w', 'xz', 'wz'], ['integers']),
        node('Cast', ['integers'], ['real'], { to: 1n }),
        node('Mul', ['real', 's'], ['scaled']),
        node('Add', ['scaled', 'bias'], ['y']),
      ],
      initializers: [
        uint8('w', [3, 2, 2, 2]),
        zero('xz', 60),
        zero('wz', 70),
        scale('s', 0.003),
        tensor('bias', 'float32', [1, 3, 1, 1], [0.5, -1, 2]),
      ],
    }),
    feeds: { x: ortTensor('uint8', [2, 2, 4, 4], bytes(64)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'MatMulInteger with dynamic scales, behind Cast, Mul and Add',
    file: quantizedModel({
      inputs: [value('x', 'float32', ['n', 4])],
      nodes: [
        node('DynamicQuantizeLinear', ['x'], ['q', 'qs', 'qz']),
        node('MatMulInteger', ['q', 'w', 'qz', 'wz'], ['integers']),
        node('Cast', ['integers'], ['real'], { to: 1n }),
        node('Mul', ['qs', 'ws'], ['s']),
        node('Mul', ['real', 's'], ['scaled']),
        node('Add', ['scaled', 'bias'], ['y']),
      ],
      initializers: [
        uint8('w', [4, 3]),
        zero('wz', 70),
        scale('ws', 0.01),
        tensor('bias', 'float32', [3], [0.5, -1, 2]),
      ],
    }),
    feeds: { x: ortTensor('float32', [5, 4], unevenValues(20)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'MatMulIntegerToFloat',
    file: quantizedModel({
      inputs: [value('x', 'uint8', ['n', 4])],
      nodes: [node('MatMulIntegerToFloat', ['x', 'w', 'xs', 'ws', 'xz', 'wz'], ['y'], {}, microsoft)],
      initializers: [
        uint8('w', [4, 3]),
        scale('xs', 0.02),
        scale('ws', 0.01),
        zero('xz', 60),
        zero('wz', 70),
      ],
    }),
    feeds: { x: ortTensor('uint8', [5, 4], bytes(20)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'DynamicQuantizeMatMul',
    file: quantizedModel({
      inputs: [value('x', 'float32', ['n', 4])],
      nodes: [node('DynamicQuantizeMatMul', ['x', 'w', 'ws', 'wz'], ['y'], {}, microsoft)],
      initializers: [uint8('w', [4, 3]), scale('ws', 0.01), zero('wz', 70)],
    }),
    feeds: { x: ortTensor('float32', [5, 4], unevenValues(20)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'DynamicQuantizeLSTM',
    file: quantizedModel({
      inputs: [value('x', 'float32', ['steps', 'n', 4])],
      nodes: [
        node(
          'DynamicQuantizeLSTM',
          ['x', 'w', 'r', '', '', '', '', '', 'ws', 'wz', 'rs', 'rz'],
          ['y'],
          { hidden_size: 2n, direction: 'bidirectional' },
          microsoft,
        ),
      ],
      initializers: [
        int8('w', [2, 4, 8]),
        int8('r', [2, 2, 8]),
        tensor('ws', 'float32', [2], [0.01, 0.02]),
        tensor('wz', 'int8', [2], [0, 0]),
        tensor('rs', 'float32', [2], [0.01, 0.02]),
        tensor('rz', 'int8', [2], [0, 0]),
      ],
    }),
    feeds: { x: ortTensor('float32', [5, 3, 4], unevenValues(60)) },
    output: 'y',
    features: 4,
  },
  {
    what: 'MatMulNBits',
    file: quantizedModel({
      inputs: [value('x', 'float32', ['n', 'tokens', 32])],
      nodes: [
        node('MatMulNBits', ['x', 'w', 's'], ['y'], { K: 32n, N: 3n, bits: 4n, block_size: 16n }, microsoft),
      ],
      // Three features of two blocks of 16 values, two a byte.
      initializers: [uint8('w', [3, 2, 8]), tensor('s', 'float32', [6], [0.1, 0.2, 0.3, 0.1, 0.2, 0.3])],
    }),
    feeds: { x: ortTensor('float32', [2, 3, 32], unevenValues(192)) },
    output: 'y',
    features: 3,
  },
  {
    what: 'FusedMatMul of a transposed weight',
    file: quantizedModel({
      inputs: [value('x', 'float32', ['n', 'tokens', 4])],
      nodes: [node('FusedMatMul', ['x', 'w'], ['y'], { transB: 1n, alpha: 0.5 }, microsoft)],
      initializers: [tensor('w', 'float32', [3, 4], unevenValues(12))],
    }),
    feeds: { x: ortTensor('float32', [2, 5, 4], unevenValues(40)) },
    output: 'y',
    features: 3,
  },
];

describe.each(cases)('$what', ({ file, feeds, output, features }) => {
  test('has the moments of its raw output', async () => {
    const { layers, notObservable } = findLayers(file);
    expect(notObservable).toEqual([]);
    expect(layers.map((layer) => [layer.output, layer.features])).toEqual([[output, features]]);
    const raw = await rawActivations(file, layers, feeds);
    // A constant activation would show nothing.
    for (const { tensor: activation } of raw.values())
      expect(new Set(activation.values).size).toBeGreaterThan(4);
    for (const sequenceMethod of ['last', 'timestepwise', 'flatten'] as const) {
      for (const convMethod of ['channelwise', 'mean', 'max', 'median', 'flatten'] as const) {
        expect(
          await largestDistance(file, feeds, { ...channelwise, convMethod, sequenceMethod }),
        ).toBeLessThanOrEqual(1e-14);
      }
    }
  });
});
