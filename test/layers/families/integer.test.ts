import { describe, expect, it } from 'vitest';
import type { NodeProto } from '../../../src/onnx/proto/onnx_pb.js';
import { node } from '../../support/models.js';
import { found, onlyLayer, zeros } from '../found.js';

const quantize = node('DynamicQuantizeLinear', ['x'], ['q', 'qs', 'qz']);
const scales = node('Mul', ['qs', 'ws'], ['scales']);
const conv = node('ConvInteger', ['q', 'w', 'qz', 'wz'], ['i'], {}, { name: 'Conv_3_quant' });
const toFloat = (from: string) => [
  node('Cast', [from], ['f'], { to: 1n }),
  node('Mul', ['f', 'scales'], ['y']),
];
const initializers = [
  zeros('w', 8, 3, 3, 3),
  zeros('ws'),
  zeros('wz'),
  zeros('b', 1, 8, 1, 1),
  zeros('flat', 8),
];
const layerOf = (...nodes: NodeProto[]) => onlyLayer([quantize, scales, conv, ...nodes], { initializers });

describe('ConvInteger', () => {
  it('is observed behind the Cast and Mul that scale it', () => {
    expect(layerOf(...toFloat('i'))).toMatchObject({
      name: 'conv_3',
      op: 'ConvInteger',
      output: 'y',
      layout: { kind: 'featureMap', rank: 4 },
      features: 8,
      parameters: 216,
    });
  });

  it('is observed behind the bias that follows, also where a Reshape hides its shape', () => {
    expect(layerOf(...toFloat('i'), node('Add', ['y', 'b'], ['z']))).toMatchObject({
      output: 'z',
      parameters: 224,
    });
    const reshaped = [
      node('Constant', [], ['shape'], { value_ints: [1n, -1n, 1n, 1n] }),
      node('Reshape', ['flat', 'shape'], ['r']),
      node('Add', ['y', 'r'], ['z']),
    ];
    expect(layerOf(...toFloat('i'), ...reshaped)).toMatchObject({ output: 'z', parameters: 224 });
  });

  it('may have its bias added as integers, divided by the scale of the input, before the scaling', () => {
    const bias = [
      node('Div', ['b', 'scales'], ['d']),
      node('Cast', ['d'], ['bi'], { to: 6n }),
      node('Add', ['i', 'bi'], ['ib']),
    ];
    expect(layerOf(...bias, ...toFloat('ib'))).toMatchObject({ output: 'y', parameters: 224 });
  });

  it.each<[string, NodeProto[]]>([
    ['nothing follows', []],
    ['no Mul follows', [node('Cast', ['i'], ['f'], { to: 1n })]],
    ['its integers go elsewhere, too', [...toFloat('i'), node('Neg', ['i'], ['n'])]],
  ])('is not observable where %s, and says so', (_, nodes) => {
    const { layers, notObservable } = found([quantize, scales, conv, ...nodes], { initializers });
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([
      { node: 'Conv_3_quant', op: 'ConvInteger', reason: expect.stringContaining('Cast and Mul') },
    ]);
  });
});

describe('MatMulInteger', () => {
  const product = node('MatMulInteger', ['q', 'w', 'qz'], ['i'], {}, { name: 'fc' });
  const weight = [zeros('w', 7, 5), zeros('ws'), zeros('b', 5)];

  it('with a constant weight is observed behind its scaling and bias', () => {
    const nodes = [quantize, scales, product, ...toFloat('i'), node('Add', ['b', 'y'], ['z'])];
    expect(onlyLayer(nodes, { initializers: weight })).toMatchObject({
      output: 'z',
      layout: { kind: 'featuresLast' },
      features: 5,
      parameters: 40,
    });
  });

  it('of two activations is no layer', () => {
    const nodes = [quantize, node('Relu', ['q'], ['w']), product];
    expect(found(nodes, { initializers: [zeros('ws')] })).toEqual({ layers: [], notObservable: [] });
  });
});

it.each(['MatMulIntegerToFloat', 'DynamicQuantizeMatMul'])('%s of two activations is no layer', (op) => {
  const product = node(op, ['x', 'w', 'ws'], ['y'], {}, { domain: 'com.microsoft' });
  const nodes = [node('Relu', ['x'], ['w']), product];
  expect(found(nodes, { initializers: [zeros('ws')] }).layers).toEqual([]);
});

describe('integer products with their scaling built in', () => {
  it.each([
    ['MatMulIntegerToFloat', ['q', 'w', 'qs', 'ws', 'qz', 'wz', 'b']],
    ['DynamicQuantizeMatMul', ['x', 'w', 'ws', 'wz', 'b']],
  ])('%s is observed as it is, and counts its bias', (op, inputs) => {
    const nodes = [quantize, node(op, inputs, ['y'], {}, { domain: 'com.microsoft' })];
    const layer = onlyLayer(nodes, {
      initializers: [zeros('w', 7, 5), zeros('ws'), zeros('wz'), zeros('b', 5)],
    });
    expect(layer).toMatchObject({ output: 'y', features: 5, parameters: 40 });
  });
});
