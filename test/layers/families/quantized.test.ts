import { describe, expect, it } from 'vitest';
import { node } from '../../support/models.js';
import { found, onlyLayer, zeros } from '../found.js';

const scalars = ['xs', 'xz', 'ws', 'wz', 'ys', 'yz'].map((name) => zeros(name));
const microsoft = { domain: 'com.microsoft' };

describe('QLinearConv', () => {
  const inputs = ['x', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz', 'b'];
  const initializers = [...scalars, zeros('w', 8, 3, 3, 3), zeros('b', 8)];

  it('is a convolution whose output has a scale and zero point', () => {
    expect(onlyLayer([node('QLinearConv', inputs, ['y'])], { initializers })).toMatchObject({
      output: 'y',
      layout: { kind: 'featureMap', rank: 4 },
      features: 8,
      parameters: 8 * 27 + 8,
      quantization: { scale: 'ys', zeroPoint: 'yz' },
    });
  });

  it('with its channels last is observed with them on axis 1', () => {
    const nodes = [node('QLinearConv', inputs, ['y'], { channels_last: 1n }, microsoft)];
    const layer = onlyLayer(nodes, { initializers });
    expect(layer).toMatchObject({ layout: { kind: 'featureMap', rank: 4 }, features: 8 });
    const [transpose] = layer.aside?.nodes ?? [];
    expect(transpose).toMatchObject({ opType: 'Transpose', input: ['y'], output: [layer.output] });
    expect(transpose.attribute[0].ints).toEqual([0n, 3n, 1n, 2n]);
  });
});

describe('A weight behind a DequantizeLinear of Microsoft', () => {
  it('has its shape, as one behind the standard operator', () => {
    const nodes = [
      node('DequantizeLinear', ['q', 'ws', 'wz'], ['w'], {}, microsoft),
      node('Conv', ['x', 'w'], ['y']),
    ];
    const layer = onlyLayer(nodes, { initializers: [...scalars, zeros('q', 8, 3, 3, 3)] });
    expect(layer).toMatchObject({ features: 8, parameters: 8 * 27 });
  });
});

describe('QLinearMatMul', () => {
  const inputs = ['x', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'];

  it('with a constant weight is a linear layer', () => {
    const layer = onlyLayer([node('QLinearMatMul', inputs, ['y'])], {
      initializers: [...scalars, zeros('w', 7, 5)],
    });
    expect(layer).toMatchObject({
      features: 5,
      parameters: 35,
      layout: { kind: 'featuresLast' },
      quantization: { scale: 'ys', zeroPoint: 'yz' },
    });
  });

  it('with its weight on the left has the rows as features', () => {
    const left = ['w', 'ws', 'wz', 'x', 'xs', 'xz', 'ys', 'yz'];
    const layer = onlyLayer([node('QLinearMatMul', left, ['y'])], {
      initializers: [...scalars, zeros('w', 7, 5)],
    });
    expect(layer).toMatchObject({ features: 7, parameters: 35, layout: { kind: 'featuresBeforeLast' } });
  });

  it('of two activations is none', () => {
    const nodes = [node('Relu', ['x'], ['w']), node('QLinearMatMul', inputs, ['y'])];
    expect(found(nodes, { initializers: scalars }).layers).toEqual([]);
  });
});

describe('QGemm', () => {
  const initializers = [...scalars, zeros('w', 7, 5), zeros('c', 7)];
  const inputs = ['x', 'xs', 'xz', 'w', 'ws', 'wz', 'c'];

  it('is quantized where it has an output scale, and counts its bias', () => {
    const layer = onlyLayer([node('QGemm', [...inputs, 'ys', 'yz'], ['y'], { transB: 1n }, microsoft)], {
      initializers,
    });
    expect(layer).toMatchObject({
      features: 7,
      layout: { kind: 'featuresLast', rank: 2 },
      parameters: 42,
      quantization: { scale: 'ys', zeroPoint: 'yz' },
    });
  });

  it('is float where it has none', () => {
    const layer = onlyLayer([node('QGemm', inputs, ['y'], { transB: 1n }, microsoft)], { initializers });
    expect(layer.quantization).toBeUndefined();
  });
});
