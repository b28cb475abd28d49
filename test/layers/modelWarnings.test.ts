import { expect, test } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { modelWarnings, roundingWarnings } from '../../src/layers/modelWarnings.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { type ModelParts, model, node, tensor, value } from '../support/models.js';

const x = value('x', 'float32', ['n', 4]);

const norm = ['x', 's', 'b', 'm', 'v'];

function file(parts: ModelParts): ModelFile {
  const proto = model(parts);
  if (!proto.graph) throw new Error('no graph');
  return { path: 'm.onnx', proto, graph: proto.graph, sha256: '' };
}

test('warns of a model exported in training mode', () => {
  const trained = [node('BatchNormalization', norm, ['y'], { training_mode: 1n })];
  expect(modelWarnings(file({ nodes: trained, inputs: [x], outputs: ['y'] }))).toEqual([
    'the model was exported in training mode (1 BatchNormalization): its numbers depend on the batch or on chance; export it after model.eval()',
  ]);
  const several = [...trained, node('Dropout', ['y', '', 't'], ['z'])];
  const constants = [tensor('t', 'bool', [], [1])];
  expect(
    modelWarnings(file({ nodes: several, inputs: [x], outputs: ['z'], initializers: constants }))[0],
  ).toContain('(1 BatchNormalization, 1 Dropout)');
  const plain = [node('BatchNormalization', norm, ['y'])];
  expect(modelWarnings(file({ nodes: plain, inputs: [x], outputs: ['y'] }))).toEqual([]);
});

test.each([
  ['float16', 'cpu', 'float32', 1],
  ['float16', 'cpu', 'float64', 0],
  ['float16', 'cuda', 'float32', 0],
  ['float32', 'cpu', 'float32', 0],
] as const)('of %s on %s with %s gives %d warnings about rounding', (type, provider, precision, count) => {
  const half = file({
    nodes: [node('MatMul', ['x', 'w'], ['y'])],
    inputs: [value('x', type, ['n', 4])],
    outputs: ['y'],
    initializers: [tensor('w', type, [4, 2], Array(8).fill(0))],
  });
  const { layers } = findLayers(half);
  expect(layers).toHaveLength(1);
  expect(roundingWarnings(half, layers, provider, precision)).toHaveLength(count);
});

test('of one layer in float16 among others there is a warning, whether its weight or its declared output tells', () => {
  const w = (name: string, type: 'float16' | 'float32') => tensor(name, type, [4, 4], Array(16).fill(0));
  const warnings = (type: 'float16' | 'float32', declared: 'float16' | 'float32') => {
    const model = file({
      nodes: [node('MatMul', ['x', 'a'], ['h']), node('MatMul', ['h', 'b'], ['y'])],
      inputs: [x],
      outputs: ['y'],
      initializers: [w('a', 'float32'), w('b', type)],
    });
    model.graph.valueInfo.push(value('h', declared, ['n', 4]));
    return roundingWarnings(model, findLayers(model).layers, 'cpu', 'float32');
  };
  expect(warnings('float32', 'float32')).toEqual([]);
  expect(warnings('float16', 'float32')[0]).toMatch(/^float16 on the CPU/);
  expect(warnings('float32', 'float16')).toHaveLength(1);
});
