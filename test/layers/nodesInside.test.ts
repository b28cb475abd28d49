import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { body, inMemory, nodeWithBodies, withFunction } from '../support/graphs.js';
import { model, node, value } from '../support/models.js';
import { found, zeros } from './found.js';

const conv = (input: string, output: string, name = '') => node('Conv', [input, 'w'], [output], {}, { name });
const initializers = [zeros('w', 8, 3, 3, 3)];

describe('layers in bodies', () => {
  it.each([
    ['If', 'then_branch'],
    ['Loop', 'body'],
    ['Scan', 'body'],
  ])('of %s are found, with the way there', (op, attribute) => {
    const inner = body([node('Relu', ['x'], ['r']), conv('r', 'c', 'inner')], ['c']);
    const carrier = nodeWithBodies(op, ['x'], ['y'], { [attribute]: inner }, 'outer');
    const { layers, notObservable } = found([node('Relu', ['x'], ['z']), carrier], { initializers });
    expect(notObservable).toEqual([]);
    expect(layers).toMatchObject([
      {
        node: 'inner',
        output: 'c',
        features: 8,
        weightShape: [8, 3, 3, 3],
        inside: { steps: [{ node: 1, attribute }], words: `the ${attribute} of ${op} outer` },
      },
    ]);
  });

  it('are found in both branches, and in bodies within bodies, in graph order', () => {
    const nested = nodeWithBodies('Loop', ['x'], ['l'], { body: body([conv('x', 'c', 'second')], ['c']) });
    const { layers } = found(
      [
        nodeWithBodies('If', ['x'], ['y'], {
          then_branch: body([conv('x', 'a', 'first'), nested], ['a']),
          else_branch: body([conv('x', 'b', 'third')], ['b']),
        }),
      ],
      { initializers },
    );
    expect(layers.map((layer) => layer.node)).toEqual(['first', 'second', 'third']);
    expect(layers[1].inside).toEqual({
      steps: [
        { node: 0, attribute: 'then_branch' },
        { node: 1, attribute: 'body' },
      ],
      words: 'the body of a node Loop, in the then_branch of a node If',
    });
  });

  it('change no name of a layer outside, whatever they are called', () => {
    const inner = nodeWithBodies('If', ['a'], ['y'], {
      then_branch: body([conv('x', 'b', 'net/Conv')], ['b']),
    });
    const { layers } = found([inner, conv('y', 'z', 'net/Conv')], { initializers });
    expect(layers.map(({ name, inside }) => [name, inside !== undefined])).toEqual([
      ['net_2', true],
      ['net', false],
    ]);
  });

  it('are found by --ops as well', () => {
    const branch = body([node('Relu', ['c'], ['r'])], ['r']);
    const nodes = [
      conv('x', 'c', 'first'),
      nodeWithBodies('If', ['x'], ['y'], { then_branch: branch }, 'choice'),
    ];
    const { layers } = found(nodes, { initializers, ops: ['Relu'] });
    expect(layers.map(({ op, isRequested }) => [op, isRequested])).toEqual([
      ['Conv', undefined],
      ['Relu', true],
    ]);
  });

  it('know what is constant outside, but for what the body calls the same', () => {
    const turned = body([node('MatMul', ['x', 'w'], ['p'])], ['p'], [value('w', 'float32')]);
    const straight = body([node('MatMul', ['x', 'w'], ['q'])], ['q']);
    const nodes = [
      nodeWithBodies('Loop', ['n', 'c', 'x'], ['y'], { body: turned }),
      nodeWithBodies('If', ['c'], ['z'], { then_branch: straight }),
    ];
    const { layers } = found(nodes, { initializers: [zeros('w', 3, 3)] });
    expect(layers.map(({ output }) => output)).toEqual(['q']);
  });
});

describe('layers out of reach are listed with the reason', () => {
  const carrier = (op: string, domain?: string) => {
    const made = nodeWithBodies(op, ['x'], ['y'], { body: body([conv('x', 'c', 'inner')], ['c']) }, 'outer');
    if (domain !== undefined) made.domain = domain;
    return made;
  };

  it.each([
    ['SequenceMap', undefined],
    ['Loop', 'com.mine'],
  ])('in a body of %s of domain %s', (op, domain) => {
    const { layers, notObservable } = found([carrier(op, domain)], { initializers });
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([
      {
        node: 'inner',
        op: 'Conv',
        reason: `it stands inside a body of ${op} outer, which hands out nothing more`,
      },
    ]);
  });

  it('in bodies of nodes without a name', () => {
    const unnamed = nodeWithBodies('SequenceMap', ['x'], ['y'], {
      body: body([conv('x', 'c', 'inner')], ['c']),
    });
    expect(found([unnamed], { initializers }).notObservable[0].reason).toBe(
      'it stands inside a body of a node SequenceMap, which hands out nothing more',
    );
  });

  it('from opset 11 on in no body, and before it in none but those', () => {
    const of = (opset: number) => {
      const nodes = [conv('x', 'c', 'outer'), carrier('Loop')];
      const proto = model({ nodes, inputs: [value('x', 'float32')], outputs: ['y'], initializers, opset });
      return findLayers(inMemory(proto)).all.length;
    };
    expect([of(10), of(11)]).toEqual([1, 2]);
  });

  it('in bodies of models before opset 11', () => {
    const proto = model({
      nodes: [carrier('Loop')],
      inputs: [value('x', 'float32')],
      outputs: ['y'],
      initializers,
      opset: 10,
    });
    expect(findLayers(inMemory(proto)).notObservable[0].reason).toBe(
      'it stands inside a body of Loop outer, and those can be observed from opset 11 on: convert the model',
    );
  });

  it('in local functions, and in those that they call', () => {
    const call = (name: string) => node(name, ['a'], ['b'], {}, { domain: 'mine' });
    const proto = model({
      nodes: [node('Outer', ['x'], ['y'], {}, { domain: 'mine' })],
      inputs: [value('x', 'float32')],
      outputs: ['y'],
      domains: { mine: 1 },
    });
    withFunction(proto, 'Outer', [call('Inner'), call('Inner'), call('Outer')]);
    withFunction(proto, 'Inner', [conv('a', 'b', 'deep')]);
    expect(findLayers(inMemory(proto)).notObservable).toEqual([
      {
        node: 'deep',
        op: 'Conv',
        reason:
          'it stands inside the local function Outer, which calls itself or takes another operator set than the model',
      },
    ]);
  });
});
