import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { layerGraph } from '../../src/layers/layerGraph.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
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

  it('takes a name that no layer has for a meeting', () => {
    const nodes = [conv('Add_1', 'x'), node('Add', ['Add_1', 'x'], ['s']), conv('y', 's')];
    expect(graphOf(...nodes).map(({ id }) => id)).toEqual(['Add_1', 'Add_1_', 'y']);
  });

  it('keeps a meeting that only another meeting reads', () => {
    const nodes = [
      conv('a', 'x'),
      node('Add', ['a', 'x'], ['s']),
      node('Mul', ['s', 'a'], ['t']),
      conv('y', 't'),
    ];
    expect(graphOf(...nodes).map(({ id, inputs }) => [id, inputs])).toEqual([
      ['a', ['input']],
      ['Add_1', ['a', 'input']],
      ['Mul_2', ['Add_1', 'a']],
      ['y', ['Mul_2']],
    ]);
  });

  it('has a recurrent layer that gives only its last state, and layers in bodies without a place', () => {
    const lstm = node('LSTM', ['x', 'w', 'w'], ['', 'h'], { hidden_size: 4n }, { name: '/rnn/LSTM' });
    const choice = nodeWithBodies('If', ['h'], ['i'], { then_branch: body([conv('b', 'h')], ['b']) });
    const nodes = [lstm, choice, conv('y', 'h')];
    const inputs = [value('x', 'float32', ['n', 4, 8, 8])];
    const file = inMemory(model({ nodes, inputs, outputs: ['y'], initializers: [weight] }));
    expect(layerGraph(file, findLayers(file).all)).toEqual([
      { id: 'rnn', op: 'LSTM', inputs: ['input'] },
      { id: 'y', op: 'Conv', inputs: ['rnn'] },
      { id: 'b', op: 'Conv', inputs: [] },
    ]);
  });

  it('does not take weights for inputs, though old models list them among these', () => {
    const inputs = [value('x', 'float32', ['n', 4, 8, 8]), value('w', 'float32', [4, 4, 1, 1])];
    const nodes = [conv('a', 'x'), conv('y', 'a')];
    const file = inMemory(model({ nodes, inputs, outputs: ['y'], initializers: [weight] }));
    expect(layerGraph(file, findLayers(file).layers)[1].inputs).toEqual(['a']);
  });

  it('ends with the last layer, and starts with what it is fed', () => {
    const tail = [conv('y', 'x'), node('Add', ['y', 'x'], ['z'])];
    expect(graphOf(...tail)).toEqual([{ id: 'y', op: 'Conv', inputs: ['input'] }]);
  });
});
