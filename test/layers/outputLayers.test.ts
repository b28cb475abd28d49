import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { outputLayers } from '../../src/layers/outputLayers.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const weights = [
  tensor('w', 'float32', [4, 4, 1, 1], new Array(16).fill(1)),
  tensor('bins', 'float32', [1, 4, 1, 1], [0, 1, 2, 3]),
  tensor('learned', 'float32', [1, 4, 1, 1], [0, 1, 2, 4]),
];
const conv = (name: string, input: string, weight = 'w') =>
  node('Conv', [input, weight], [name], {}, { name: `/${name}/Conv` });

function outputsOf(outputs: string[], ...nodes: NodeProto[]) {
  const inputs = [value('x', 'float32', ['n', 4, 8, 8])];
  const file = inMemory(model({ nodes, inputs, outputs, initializers: weights }));
  return outputLayers(file, findLayers(file).layers);
}

describe('the output layers', () => {
  it('are one in a chain, whatever stands behind it', () => {
    expect(outputsOf(['y'], conv('a', 'x'), conv('b', 'a'), node('Softmax', ['b'], ['y']))).toEqual(['b']);
  });

  it('are all heads that are joined into one output', () => {
    const heads = [
      conv('box', 'a'),
      conv('class', 'a'),
      node('Concat', ['box', 'class'], ['y'], { axis: 1 }),
    ];
    expect(outputsOf(['y'], conv('a', 'x'), ...heads)).toEqual(['box', 'class']);
  });

  it('are those of every output, also where another layer reads the same values', () => {
    expect(outputsOf(['a', 'b'], conv('a', 'x'), conv('b', 'a'))).toEqual(['a', 'b']);
  });

  it('end a block and its shortcut', () => {
    expect(outputsOf(['y'], conv('a', 'x'), conv('b', 'a'), node('Add', ['a', 'b'], ['y']))).toEqual([
      'a',
      'b',
    ]);
  });

  it('are looked for behind a fixed decoder of boxes, but not behind a learned layer of one feature', () => {
    expect(outputsOf(['y'], conv('a', 'x'), conv('y', 'a', 'bins'))).toEqual(['a']);
    expect(outputsOf(['y'], conv('a', 'x'), conv('y', 'a', 'learned'))).toEqual(['y']);
  });

  it('are the layer itself where its weights are bins of another kind', () => {
    // Of integers, of one bin, or of a convolution that sees neighbours.
    const kinds = [
      tensor('k', 'float32', [1, 1, 1, 1], [0]),
      tensor('k', 'float32', [1, 2, 2, 1], [0, 1, 2, 3]),
      tensor('k', 'float32', [2, 2, 1, 1], [0, 1, 2, 3]),
      tensor('k', 'float16', [1, 2, 1, 1], [0, 1]),
    ];
    for (const kind of kinds) {
      const nodes = [conv('a', 'x'), conv('y', 'a', 'k')];
      const inputs = [value('x', 'float32', ['n', 4, 8, 8])];
      const file = inMemory(model({ nodes, inputs, outputs: ['y'], initializers: [...weights, kind] }));
      expect(outputLayers(file, findLayers(file).layers)).toEqual(['y']);
    }
  });

  it('are none where the output is an input', () => {
    expect(outputsOf(['y'], node('Relu', ['x'], ['y']))).toEqual([]);
  });
});
