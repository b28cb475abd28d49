import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { constantValue } from '../../src/onnx/constantShape.js';
import { Graph } from '../../src/onnx/graph.js';
import {
  AttributeProtoSchema,
  type NodeProto,
  SparseTensorProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { body, graphOf, inMemory, nodeWithBodies } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const weight = tensor('w', 'float32', [2, 3, 4], new Array(24).fill(0));
const scale = tensor('scale', 'float32', [], [1]);

/** What is known of the value `v` that these nodes make of the weight `w` [2, 3, 4], `scale` and the input `x`. */
const constantOf = (...nodes: NodeProto[]) =>
  constantValue(
    graphOf({
      nodes,
      inputs: [value('x', 'float32', [2, 3, 4])],
      outputs: [],
      initializers: [weight, scale],
    }),
    'v',
  );

describe('constantValue', () => {
  it.each<[string, NodeProto, number[]]>([
    ['Identity', node('Identity', ['w'], ['v']), [2, 3, 4]],
    ['Cast', node('Cast', ['w'], ['v'], { to: 1n }), [2, 3, 4]],
    ['DequantizeLinear', node('DequantizeLinear', ['w', 'scale'], ['v']), [2, 3, 4]],
    ['Transpose with an order', node('Transpose', ['w'], ['v'], { perm: [2n, 0n, 1n] }), [4, 2, 3]],
    ['Transpose without one', node('Transpose', ['w'], ['v']), [4, 3, 2]],
  ])('looks through %s', (_, made, shape) => {
    expect(constantOf(made)).toEqual({ shape, size: 24 });
  });

  it('looks through quantizers of Microsoft, but through no other operator of that name', () => {
    const of = (domain: string) =>
      constantOf(node('DequantizeLinear', ['w', 'scale'], ['v'], {}, { domain }));
    expect(of('com.microsoft')).toEqual({ shape: [2, 3, 4], size: 24 });
    expect(of('mine')).toEqual({ shape: undefined, size: undefined });
  });

  it('reads a Constant that is sparse by its dense shape', () => {
    const made = node('Constant', [], ['v'], { note: 'first' });
    const sparseTensor = create(SparseTensorProtoSchema, { dims: [6n, 7n] });
    made.attribute.push(create(AttributeProtoSchema, { name: 'sparse_value', sparseTensor }));
    expect(constantOf(made)).toEqual({ shape: [6, 7], size: 42 });
  });

  it('knows neither shape nor size where the declared shape is open', () => {
    const declared = (...dims: (number | null)[]) => {
      const proto = model({
        nodes: [node('Tile', ['w', 'scale'], ['v'])],
        inputs: [],
        outputs: [],
        initializers: [weight, scale],
      });
      proto.graph?.valueInfo.push(value('v', 'float32', dims));
      return constantValue(new Graph(inMemory(proto).graph, proto), 'v');
    };
    expect(declared(2, 5)).toEqual({ shape: [2, 5], size: 10 });
    expect(declared(2, null)).toEqual({ shape: undefined, size: undefined });
  });

  it('looks through a chain of them', () => {
    expect(
      constantOf(
        node('QuantizeLinear', ['w', 'scale'], ['q']),
        node('DequantizeLinear', ['q', 'scale', ''], ['d']),
        node('Transpose', ['d'], ['t'], { perm: [0n, 2n, 1n] }),
        node('Identity', ['t'], ['v']),
      )?.shape,
    ).toEqual([2, 4, 3]);
  });

  it.each<[string, NodeProto, number[]]>([
    [
      'a tensor',
      node('Constant', [], ['v'], { value: tensor('', 'int64', [5, 1], [1, 2, 3, 4, 5]) }),
      [5, 1],
    ],
    ['a number', node('Constant', [], ['v'], { value_float: 2 }), []],
    ['an integer', node('Constant', [], ['v'], { value_int: 2n }), []],
    ['numbers', node('Constant', [], ['v'], { value_floats: [1, 2, 3] }), [3]],
    ['integers', node('Constant', [], ['v'], { value_ints: [1n, 2n] }), [2]],
  ])('reads a Constant of %s', (_, made, shape) => {
    expect(constantOf(made)?.shape).toEqual(shape);
  });

  it('knows the size, though not the shape, behind Reshape', () => {
    const shape = node('Constant', [], ['s'], { value_ints: [-1n] });
    expect(constantOf(shape, node('Reshape', ['w', 's'], ['v']))).toEqual({ shape: undefined, size: 24 });
  });

  it('takes the dense shape of sparse initializers', () => {
    const proto = model({ nodes: [], inputs: [], outputs: [] });
    const { graph } = inMemory(proto);
    graph.sparseInitializer.push(
      create(SparseTensorProtoSchema, { values: tensor('v', 'float32', [1], [3]), dims: [4n, 5n] }),
    );
    expect(constantValue(new Graph(graph, proto), 'v')?.shape).toEqual([4, 5]);
  });

  it('is constant, of unknown shape, behind other operators', () => {
    expect(constantOf(node('Mul', ['w', 'scale'], ['v']))).toEqual({ shape: undefined, size: undefined });
  });

  it('takes the declared shape behind other operators', () => {
    const proto = model({
      nodes: [node('Mul', ['w', 'w'], ['v'])],
      inputs: [],
      outputs: [],
      initializers: [weight],
    });
    const { graph } = inMemory(proto);
    graph.valueInfo.push(value('v', 'float32', [2, 3, 4]));
    expect(constantValue(new Graph(graph, proto), 'v')).toEqual({ shape: [2, 3, 4], size: 24 });
  });

  it.each<[string, NodeProto[]]>([
    ['an input', [node('Identity', ['x'], ['v'])]],
    ['an input as a second operand', [node('Mul', ['w', 'x'], ['v'])]],
    ['a random number', [node('RandomNormal', [], ['v'])]],
    ['itself', [node('Add', ['w', 'u'], ['v']), node('Identity', ['v'], ['u'])]],
    ['nothing', []],
    [
      'what a body captures',
      [
        node('Constant', [], ['c'], { value_int: 1n }),
        nodeWithBodies('If', ['c'], ['v'], { then_branch: body([], ['x']) }),
      ],
    ],
  ])('is not constant where the value depends on %s', (_, nodes) => {
    expect(constantOf(...nodes)).toBeUndefined();
  });

  it('takes a chain of 20,000 and a ladder of 2^60 ways in its stride', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) =>
      node('Identity', [i === 0 ? 'w' : `c${i}`], [`c${i + 1}`]),
    );
    expect(constantOf(...chain, node('Identity', ['c20000'], ['v']))?.shape).toEqual([2, 3, 4]);
    const ladder = Array.from({ length: 60 }, (_, i) => {
      const rung = i === 0 ? 'w' : `r${i}`;
      return node('Add', [rung, rung], [`r${i + 1}`]);
    });
    expect(constantOf(...ladder, node('Identity', ['r60'], ['v']))).toBeDefined();
  });
});
