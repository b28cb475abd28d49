import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { body, inMemory, nodeWithBodies, withFunction } from '../support/graphs.js';
import { model, node, value } from '../support/models.js';
import { found, zeros } from './found.js';

const conv = (input: string, output: string, name = '') => node('Conv', [input, 'w'], [output], {}, { name });
const initializers = [zeros('w', 8, 3, 3, 3)];

describe('layers out of reach are listed with the reason', () => {
  it.each([
    ['If', 'then_branch'],
    ['Loop', 'body'],
    ['Scan', 'body'],
  ])('in a body of %s', (op, attribute) => {
    const inner = body([node('Relu', ['x'], ['r']), conv('r', 'c', 'inner')], ['c']);
    const { layers, notObservable } = found(
      [nodeWithBodies(op, ['x'], ['y'], { [attribute]: inner }, 'outer')],
      {
        initializers,
      },
    );
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([
      { node: 'inner', op: 'Conv', reason: `it stands inside a body of ${op} outer` },
    ]);
  });

  it('in both branches, and in bodies within bodies, in graph order', () => {
    const nested = nodeWithBodies('Loop', ['x'], ['l'], { body: body([conv('x', 'c', 'second')], ['c']) });
    const { notObservable } = found(
      [
        nodeWithBodies('If', ['x'], ['y'], {
          then_branch: body([conv('x', 'a', 'first'), nested], ['a']),
          else_branch: body([conv('x', 'b', 'third')], ['b']),
        }),
      ],
      { initializers },
    );
    expect(notObservable.map((entry) => entry.node)).toEqual(['first', 'second', 'third']);
    expect(notObservable[1].reason).toBe('it stands inside a body of a node If');
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
      { node: 'deep', op: 'Conv', reason: 'it stands inside the local function Outer' },
    ]);
  });

  it('in the place of the node that carries them, beside layers that can be observed', () => {
    const { layers, notObservable } = found(
      [
        conv('x', 'a'),
        nodeWithBodies('If', ['a'], ['y'], { then_branch: body([conv('x', 'b')], ['b']) }),
        conv('y', 'z'),
      ],
      { initializers },
    );
    expect([layers.length, notObservable.length]).toEqual([2, 1]);
  });

  it('for operators that --ops names as well', () => {
    const nodes = [
      nodeWithBodies(
        'If',
        ['x'],
        ['y'],
        { then_branch: body([node('Relu', ['x'], ['r'])], ['r']) },
        'choice',
      ),
    ];
    const { layers, notObservable } = found(nodes, { ops: ['Relu'] });
    expect(layers).toEqual([]);
    expect(notObservable).toEqual([{ node: '', op: 'Relu', reason: 'it stands inside a body of If choice' }]);
  });
});
