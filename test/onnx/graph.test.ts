import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/onnx/graph.js';
import { body, graphOf, inMemory, nodeWithBodies, withFunction } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

describe('Graph', () => {
  const graph = graphOf({
    nodes: [
      node('Relu', ['x'], ['a']),
      node('Add', ['a', 'a'], ['b', '']),
      nodeWithBodies('If', ['c'], ['y'], {
        then_branch: body([node('Neg', ['a'], ['n'])], ['n']),
        else_branch: body([], ['b']),
      }),
    ],
    inputs: [value('x', 'float32', ['N', 3]), value('c', 'bool', [])],
    outputs: [value('y', 'float16', [-1, null, 4])],
    initializers: [tensor('w', 'float32', [2], [1, 2])],
  });

  it('knows who makes a value, and that nobody makes inputs, initializers and left-out outputs', () => {
    expect(graph.producer('a')?.opType).toBe('Relu');
    expect(['x', 'w', '', 'n'].map((name) => graph.producer(name))).toEqual(Array(4).fill(undefined));
  });

  it('knows who reads a value: each node once, captures by bodies included, in graph order', () => {
    const readers = (name: string) => graph.consumers(name).map(({ opType }) => opType);
    expect(readers('a')).toEqual(['Add', 'If']);
    expect(readers('b')).toEqual(['If']);
    expect(readers('n')).toEqual([]);
  });

  it('tells declared types and shapes; −1 means an open dimension, as ONNX Runtime reads it', () => {
    expect(graph.info('x')).toEqual({ type: 'float32', shape: ['N', 3] });
    expect(graph.info('y')).toEqual({ type: 'float16', shape: [null, null, 4] });
    expect(graph.info('a')).toBeUndefined();
  });

  it('prefers what says more where an output is declared by name alone', () => {
    const proto = model({
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [value('x', 'float32')],
      outputs: ['y'],
    });
    proto.graph?.valueInfo.push(value('y', 'float32', [1, 2]));
    expect(new Graph(inMemory(proto).graph, proto).info('y')?.shape).toEqual([1, 2]);
  });

  it('tells local functions by domain and name, so that one called Conv is no convolution', () => {
    const proto = withFunction(
      model({ nodes: [], inputs: [], outputs: [], domains: { mine: 1 } }),
      'Conv',
      [],
    );
    const own = new Graph(inMemory(proto).graph, proto);
    const call = node('Conv', ['x'], ['y'], {}, { domain: 'mine' });
    expect(own.localFunction(call)?.name).toBe('Conv');
    expect(own.localFunction(node('Conv', ['x'], ['y']))).toBeUndefined();
    expect(
      [node('Conv', [], []), node('Conv', [], [], {}, { domain: 'ai.onnx' }), call].map((n) =>
        own.isStandard(n),
      ),
    ).toEqual([true, true, false]);
  });
});
