import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { model, node, value } from '../support/models.js';
import { isMutationTest } from '../support/mutationTest.js';
import { found, zeros } from './found.js';

const conv = (input: string, output: string, name?: string) =>
  node('Conv', [input, 'w'], [output], {}, { name });
const initializers = [zeros('w', 3, 3, 1, 1), zeros('g', 3, 5)];
const names = (...given: Parameters<typeof found>) => found(...given).layers.map(({ name }) => name);

describe('findLayers', () => {
  it('lists layers in graph order', () => {
    const nodes = [
      conv('x', 'a', '/one/Conv'),
      node('Relu', ['a'], ['b']),
      node('Gemm', ['b', 'g'], ['y'], {}, { name: '/two/Gemm' }),
    ];
    expect(names(nodes, { initializers })).toEqual(['one', 'two']);
  });

  it('numbers layers without a name by operator, and makes names unique', () => {
    const nodes = [
      conv('x', 'a'),
      node('Gemm', ['a', 'g'], ['b']),
      conv('b', 'c'),
      conv('c', 'd', '/m/Conv'),
      conv('d', 'e', '/m/Conv_1'),
    ];
    expect(names(nodes, { initializers })).toEqual(['conv_0', 'gemm_0', 'conv_1', 'm', 'm_2']);
  });

  it('does not rename layers when --ops adds operators before them', () => {
    const nodes = [
      conv('x', 'a', '/m/Conv'),
      node('Relu', ['a'], ['b'], {}, { name: '/m/Relu' }),
      conv('b', 'c', '/m/Conv_1'),
    ];
    expect(names(nodes, { initializers })).toEqual(['m', 'm_2']);
    expect(names(nodes, { initializers, ops: ['Relu'] })).toEqual(['m', 'm_3', 'm_2']);
  });

  it('numbers what --ops names in the model’s own graph before what it names in bodies', () => {
    const branch = body([node('Relu', ['x'], ['r'])], ['r']);
    const nodes = [nodeWithBodies('If', ['c'], ['i'], { then_branch: branch }), node('Relu', ['x'], ['y'])];
    const { layers } = found(nodes, {
      inputs: [value('x', 'float32', ['n', 4])],
      declared: [value('y', 'float32', ['n', 4])],
      ops: ['Relu'],
    });
    expect(layers.map(({ name, inside }) => [name, inside === undefined])).toEqual([
      ['relu_1', false],
      ['relu_0', true],
    ]);
  });

  it('tells layers in bodies apart from those of the model’s own graph', () => {
    const branch = body([conv('x', 'r')], ['r']);
    const nodes = [conv('x', 'y'), nodeWithBodies('If', ['c'], ['i'], { then_branch: branch })];
    const proto = model({ nodes, inputs: [value('x', 'float32')], outputs: ['y'], initializers });
    const { layers, all } = findLayers(inMemory(proto));
    expect(layers.map(({ name }) => name)).toEqual(['conv_0']);
    expect(all.map(({ name }) => name)).toEqual(['conv_0', 'conv_1']);
  });

  it('says once why an operator that --ops names cannot be observed', () => {
    const { notObservable } = found([node('MatMul', ['x', 'v'], ['y'])], {
      initializers: [zeros('v', 7)],
      ops: ['MatMul'],
    });
    expect(notObservable).toHaveLength(1);
  });

  it('observes a layer once where --ops names its operator', () => {
    expect(names([conv('x', 'a')], { initializers, ops: ['Conv'] })).toEqual(['conv_0']);
  });

  it('refuses an operator that the model does not have, and says which it has', () => {
    const find = () =>
      found([conv('x', 'a'), node('Relu', ['a'], ['y'])], { initializers, ops: ['Relu', 'Tanh'] });
    expect(find).toThrow(UserError);
    expect(find).toThrow('--ops Tanh: the model has no such operator; it has Conv, Relu');
  });

  it('finds the same in a real model whose BatchNormalization is folded and in one whose is not', async () => {
    const fixture = async (file: string) =>
      findLayers(await readModelFile(join(import.meta.dirname, '../../fixtures', file)));
    const [folded, unfolded] = [await fixture('mnist-cnn.onnx'), await fixture('mnist-cnn-bn.onnx')];
    const summary = ({ layers }: typeof folded) => layers.map(({ name, features }) => `${name} ${features}`);
    expect(summary(folded)).toEqual(summary(unfolded));
    expect(summary(folded).slice(0, 2)).toEqual(['stem 16', 'layer1.conv1 24']);
    expect(summary(folded).at(-1)).toBe('fc 10');
    // Folding turns 16 scales and shifts into the bias of the 1 → 16 channel 3 × 3 convolution.
    expect([unfolded.layers[0].parameters, folded.layers[0].parameters]).toEqual([144, 160]);
  });

  it.skipIf(isMutationTest)('takes 20,000 layers in its stride', () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => [
      node('MatMul', [i === 0 ? 'x' : `a${i - 1}`, 'w2'], [`m${i}`]),
      node('Add', [`m${i}`, 'b'], [`a${i}`]),
    ]).flat();
    const { layers } = found(nodes, { initializers: [zeros('w2', 5, 5), zeros('b', 5)] });
    expect(layers).toHaveLength(20_000);
    expect(layers[19_999].output).toBe('a19999');
  });
});
