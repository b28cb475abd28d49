import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { layerGraph } from '../../src/layers/layerGraph.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const weight = tensor('w', 'float32', [4, 4, 1, 1], new Array(16).fill(1));
const conv = (name: string, input: string) =>
  node('Conv', [input, 'w'], [name], {}, { name: `/${name}/Conv` });

function graphOf(...nodes: NodeProto[]) {
  const inputs = [value('x', 'float32', ['n', 4, 8, 8])];
  const file = inMemory(model({ nodes, inputs, outputs: ['y'], initializers: [weight] }));
  return layerGraph(file, findLayers(file).layers);
}

describe('the graph of layers', () => {
  it('leaves out what stands between them', () => {
    expect(graphOf(conv('a', 'x'), node('Relu', ['a'], ['r']), conv('y', 'r'))).toEqual([
      { id: 'a', op: 'Conv', inputs: ['input'] },
      { id: 'y', op: 'Conv', inputs: ['a'] },
    ]);
  });

  it('keeps where paths meet', () => {
    const block = [
      conv('a', 'x'),
      node('Relu', ['a'], ['r']),
      conv('b', 'r'),
      node('Add', ['b', 'r'], ['s']),
      node('Relu', ['s'], ['t']),
      conv('y', 't'),
    ];
    expect(graphOf(...block).slice(1)).toEqual([
      { id: 'b', op: 'Conv', inputs: ['a'] },
      { id: 'Add_3', op: 'Add', isJoin: true, inputs: ['b', 'a'] },
      { id: 'y', op: 'Conv', inputs: ['Add_3'] },
    ]);
  });

  it('ends with the last layer, and starts with what it is fed', () => {
    const tail = [conv('y', 'x'), node('Add', ['y', 'x'], ['z'])];
    expect(graphOf(...tail)).toEqual([{ id: 'y', op: 'Conv', inputs: ['input'] }]);
  });
});
