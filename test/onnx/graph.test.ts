import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/onnx/graph.js';
import { SparseTensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
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

  it('tells which values leave the graph, and which there are at all', () => {
    expect(['y', 'a', 'x', 'nothing'].map((name) => graph.isOutput(name))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(['a', 'w', 'x', 'y', 'n', ''].map((name) => graph.isKnown(name))).toEqual([
      ...[true, true, true, true, false, false],
    ]);
    const twice = graphOf({ nodes: [], inputs: [], outputs: ['first', 'second'] });
    expect(['first', 'second'].map((name) => twice.isOutput(name))).toEqual([true, true]);
  });

  it('knows sparse initializers by their dense shape', () => {
    const proto = model({ nodes: [], inputs: [], outputs: [] });
    const values = tensor('sparse', 'float32', [2], [1, 2]);
    proto.graph?.sparseInitializer.push(
      create(SparseTensorProtoSchema, { values, dims: [7n, 5n] }),
      create(SparseTensorProtoSchema),
    );
    const sparse = new Graph(inMemory(proto).graph, proto);
    expect(sparse.sparseShape('sparse')).toEqual([7, 5]);
    expect(sparse.isKnown('sparse')).toBe(true);
    expect(sparse.initializer('sparse')).toBeUndefined();
  });

  it('takes a dimension of 0 for one, a blank name for none, and an operator of any domain as its own', () => {
    const odd = graphOf({
      nodes: [],
      inputs: [value('x', 'float32', [0, '', 'N'])],
      outputs: [],
    });
    expect(odd.info('x')?.shape).toEqual([0, null, 'N']);
    const foreign = node('Conv', ['x'], ['y'], {}, { domain: 'com.microsoft' });
    expect(odd.isStandard(foreign)).toBe(false);
  });

  it('lists every reader of a value that several read', () => {
    const wide = graphOf({
      nodes: ['Relu', 'Neg', 'Abs'].map((op) => node(op, ['x', ''], [op])),
      inputs: [value('x', 'float32', [1])],
      outputs: [],
    });
    expect(wide.consumers('x').map(({ opType }) => opType)).toEqual(['Relu', 'Neg', 'Abs']);
    expect(wide.consumers('')).toEqual([]);
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
