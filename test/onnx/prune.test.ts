import { clone, create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { checkGraph } from '../../src/onnx/checkGraph.js';
import {
  GraphProtoSchema,
  SparseTensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { prune } from '../../src/onnx/prune.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { type ModelParts, model, node, tensor, value } from '../support/models.js';

const w = (name: string) => tensor(name, 'float32', [2], [1, 2]);
const graphOf = (parts: ModelParts) => inMemory(model(parts)).graph;
const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name);

/** x → a → b → y, and a → side. */
const chain = () =>
  graphOf({
    nodes: [
      node('Add', ['x', 'w1'], ['a']),
      node('Add', ['a', 'w2'], ['b']),
      node('Mul', ['a', 'w3'], ['side']),
      node('Relu', ['b'], ['y']),
    ],
    inputs: [value('x', 'float32', [1, 2])],
    outputs: ['y', 'side'],
    initializers: [w('w1'), w('w2'), w('w3')],
  });

describe('prune', () => {
  it('keeps what the wanted values need, in order, and nothing else', () => {
    const pruned = prune(chain(), ['b']);
    expect(pruned.node.flatMap(({ output }) => output)).toEqual(['a', 'b']);
    expect(names(pruned.initializer)).toEqual(['w1', 'w2']);
    expect(names(pruned.input)).toEqual(['x']);
    expect(pruned.output).toEqual([]);
  });

  it('leaves out inputs that only name left-out initializers, as models of IR version 3 list them', () => {
    const listed = graphOf({
      nodes: [node('Add', ['x', 'w1'], ['a']), node('Add', ['a', 'w2'], ['y'])],
      inputs: ['x', 'w1', 'w2', 'unused'].map((name) => value(name, 'float32', [2])),
      outputs: ['y'],
      initializers: [w('w1'), w('w2')],
      irVersion: 3,
    });
    expect(names(prune(listed, ['a']).input)).toEqual(['x', 'w1', 'unused']);
  });

  it('does not change the graph that it is given', () => {
    const graph = chain();
    const before = clone(GraphProtoSchema, graph);
    prune(graph, ['a']);
    expect(graph).toEqual(before);
  });

  it('keeps all outputs of a node of which one is wanted', () => {
    const graph = graphOf({
      nodes: [node('Split', ['x'], ['left', 'right'], { axis: 1n })],
      inputs: [value('x', 'float32', [1, 2])],
      outputs: ['left'],
    });
    expect(prune(graph, ['left']).node[0].output).toEqual(['left', 'right']);
  });

  it('keeps what bodies capture from outside, nested ones and handed-through values included', () => {
    const inner = nodeWithBodies('If', ['condition'], ['inner'], {
      then_branch: body([node('Add', ['deep', 'local'], ['t'])], ['t']),
      else_branch: body([], ['through']),
    });
    const graph = graphOf({
      nodes: [
        node('Neg', ['x'], ['deep']),
        node('Abs', ['x'], ['through']),
        node('Exp', ['x'], ['unneeded']),
        nodeWithBodies('If', ['condition'], ['y'], {
          then_branch: body([node('Relu', ['x'], ['local']), inner], ['inner']),
          else_branch: body([node('Add', ['x', 'w1'], ['e'])], ['e']),
        }),
      ],
      inputs: [value('x', 'float32', [1, 2]), value('condition', 'bool', [])],
      outputs: ['y', 'unneeded'],
      initializers: [w('w1'), w('w2'), w('local')],
    });
    const pruned = prune(graph, ['y']);
    expect(pruned.node.flatMap(({ output }) => output)).toEqual(['deep', 'through', 'y']);
    // The initializer `local` is shadowed by the body's own value.
    expect(names(pruned.initializer)).toEqual(['w1']);
    pruned.output = [create(ValueInfoProtoSchema, { name: 'y' })];
    expect(() => checkGraph(pruned, 'test.onnx')).not.toThrow();
  });

  it('keeps sparse initializers and value_info of what is left only', () => {
    const graph = chain();
    graph.initializer = graph.initializer.filter(({ name }) => name === 'w2');
    graph.sparseInitializer = ['w1', 'w3'].map((name) =>
      create(SparseTensorProtoSchema, { values: w(name) }),
    );
    graph.valueInfo = ['a', 'b', 'side'].map((name) => value(name, 'float32', [1, 2]));
    const pruned = prune(graph, ['a']);
    expect(pruned.sparseInitializer.map(({ values }) => values?.name)).toEqual(['w1']);
    expect(names(pruned.valueInfo)).toEqual(['a']);
  });

  it('takes nodes in any order', () => {
    const graph = chain();
    graph.node.reverse();
    expect(prune(graph, ['b']).node.flatMap(({ output }) => output)).toEqual(['b', 'a']);
  });

  it('ends on a cycle, and where a wanted value is an input', () => {
    const graph = chain();
    graph.node[0].input[0] = 'b';
    expect(prune(graph, ['b', 'x']).node).toHaveLength(2);
  });
});
