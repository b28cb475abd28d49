import { describe, expect, it } from 'vitest';
import { node, value } from '../../support/models.js';
import { found, onlyLayer, zeros } from '../found.js';

describe('a convolution', () => {
  it.each([
    ['Conv1d', [8, 3, 5], 3, 120],
    ['Conv2d', [8, 3, 5, 5], 4, 600],
    ['Conv3d', [8, 3, 2, 2, 2], 5, 192],
  ])(
    '%s has as many features as its weight has rows, and the rank of its weight',
    (_, dims, rank, parameters) => {
      const layer = onlyLayer([node('Conv', ['x', 'w'], ['y'], {}, { name: 'c' })], {
        initializers: [zeros('w', ...dims)],
      });
      expect(layer).toEqual({
        name: 'c',
        node: 'c',
        op: 'Conv',
        output: 'y',
        layout: { kind: 'featureMap', rank },
        features: 8,
        weightShape: dims,
        parameters,
      });
    },
  );

  it('counts its bias, and a bias that two layers share for each of them', () => {
    const nodes = [node('Conv', ['x', 'w', 'b'], ['h']), node('Conv', ['h', 'w', 'b'], ['y'])];
    const { layers } = found(nodes, { initializers: [zeros('w', 4, 4, 3, 3), zeros('b', 4)] });
    // 4 · 4 · 3 · 3 + 4
    expect(layers.map(({ parameters }) => parameters)).toEqual([148, 148]);
  });

  it('that is depthwise has one input channel a filter', () => {
    const depthwise = node('Conv', ['x', 'w'], ['y'], { group: 16n });
    const layer = onlyLayer([depthwise], { initializers: [zeros('w', 16, 1, 3, 3)] });
    expect([layer.features, layer.parameters]).toEqual([16, 144]);
  });

  it('has no more directions than numbers under its kernel, for each group', () => {
    const conv = (group: bigint, ...dims: number[]) =>
      onlyLayer([node('Conv', ['x', 'w'], ['y'], { group })], { initializers: [zeros('w', ...dims)] });
    // 1×1 from 16 channels to 96; 2 groups of 1 × 3 × 3 each to 20 of 40; depthwise, one filter a channel.
    expect(conv(1n, 96, 16, 1, 1).rankLimit).toBe(16);
    expect(conv(2n, 40, 1, 3, 3).rankLimit).toBe(18);
    expect(conv(8n, 8, 1, 3, 3).rankLimit).toBeUndefined();
  });

  it('whose bias stands behind it, as Paddle puts it, ends in that', () => {
    const nodes = [node('Conv', ['x', 'w'], ['c']), node('Add', ['c', 'b'], ['y'])];
    const layer = onlyLayer(nodes, { initializers: [zeros('w', 8, 3, 3, 3), zeros('b', 1, 8, 1, 1)] });
    expect(layer).toMatchObject({ output: 'y', features: 8, parameters: 8 * 27 + 8 });
    const shifted = onlyLayer(nodes, { initializers: [zeros('w', 8, 3, 3, 3), zeros('b', 1, 8, 4, 4)] });
    expect(shifted).toMatchObject({ output: 'c', parameters: 8 * 27 });
    const scalar = onlyLayer(nodes, { initializers: [zeros('w', 8, 3, 3, 3), zeros('b')] });
    expect(scalar).toMatchObject({ output: 'c', parameters: 8 * 27 });
  });

  it('that is transposed keeps its features on the second axis of the weight, times its groups', () => {
    const transposed = node('ConvTranspose', ['x', 'w'], ['y'], { group: 2n });
    const layer = onlyLayer([transposed], { initializers: [zeros('w', 6, 4, 3, 3)] });
    expect([layer.features, layer.parameters]).toEqual([8, 216]);
  });

  it('whose weight is a Constant node behind DequantizeLinear is one, too', () => {
    const layer = onlyLayer(
      [
        node('Constant', [], ['q'], { value: zeros('', 8, 3, 1, 1) }),
        node('DequantizeLinear', ['q', 'scale'], ['w']),
        node('Conv', ['x', 'w'], ['y']),
      ],
      { initializers: [zeros('scale')] },
    );
    expect([layer.features, layer.parameters]).toEqual([8, 24]);
  });

  it('whose weight is fed takes the declared shape, and claims no parameters', () => {
    const inputs = [value('x', 'float32'), value('w', 'float32', [8, 3, 3, 3])];
    const layer = onlyLayer([node('Conv', ['x', 'w'], ['y'])], { inputs });
    expect([layer.features, layer.parameters]).toEqual([8, undefined]);
  });

  it('of unknown weight takes its rank from the kernel, and claims no features', () => {
    const made = [
      node('Mul', ['x', 'x'], ['w']),
      node('Conv', ['x', 'w'], ['y'], { kernel_shape: [3n, 3n] }),
    ];
    const layer = onlyLayer(made);
    expect(layer.layout).toEqual({ kind: 'featureMap', rank: 4 });
    expect(layer.features).toBeUndefined();
  });

  it('of unknown rank is not observable, and says so', () => {
    const { layers, notObservable } = found([
      node('Mul', ['x', 'x'], ['w']),
      node('Conv', ['x', 'w'], ['y'], {}, { name: 'c' }),
    ]);
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([
      { node: 'c', op: 'Conv', reason: expect.stringMatching(/how many dimensions its output has/) },
    ]);
  });

  it('of a weight with too few dimensions is not observable, and says so', () => {
    const { layers, notObservable } = found([node('Conv', ['x', 'w'], ['y'])], {
      initializers: [zeros('w', 8, 3)],
    });
    expect(layers).toEqual([]);
    expect(notObservable[0].reason).toMatch(/2 dimensions, too few/);
  });

  it('is none where a domain of the user’s own calls something Conv', () => {
    const own = node('Conv', ['x', 'w'], ['y'], {}, { domain: 'org.example' });
    expect(found([own], { initializers: [zeros('w', 8, 3, 3, 3)] })).toEqual({
      layers: [],
      notObservable: [],
    });
  });

  it('in the blocked layout of an optimized model is not observable, and says so', () => {
    const blocked = node('Conv', ['x', 'w'], ['y'], {}, { name: 'c', domain: 'com.microsoft.nchwc' });
    const { layers, notObservable } = found([blocked], { initializers: [zeros('w', 8, 3, 3, 3)] });
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([{ node: 'c', op: 'Conv', reason: expect.stringContaining('NCHWc') }]);
  });
});
