import { describe, expect, it } from 'vitest';
import { findLayers } from '../../../src/layers/findLayers.js';
import { structureOf } from '../../../src/layers/structure.js';
import { inMemory } from '../../support/graphs.js';
import { model, node, value } from '../../support/models.js';
import { found, zeros } from '../found.js';

const microsoft = { domain: 'com.microsoft', name: 'Attention_0' };
const initializers = [zeros('w', 4, 12), zeros('b', 12), zeros('out', 4, 4)];

describe('Attention', () => {
  const attention = node(
    'Attention',
    ['x', 'w', 'b'],
    ['/layer/self/Reshape_3_output_0'],
    { num_heads: 2n },
    microsoft,
  );

  it('is the layer of its queries, keys and values, computed beside it, and called after where it gives them', () => {
    const { layers } = found([attention], { initializers });
    expect(layers).toMatchObject([
      {
        name: 'layer.self',
        op: 'Attention',
        features: 12,
        rankLimit: 4,
        parameters: 60,
        weightShape: [4, 12],
      },
    ]);
    expect(layers[0].aside?.nodes.map(({ opType }) => opType)).toEqual(['MatMul', 'Add']);
    expect(layers[0].linearMap).toMatchObject({ input: 'x', weight: 'w', bias: 'b', inputs: 4 });
  });

  it('stands between the layers before and after it', () => {
    const nodes = [
      node('MatMul', ['x', 'out'], ['before'], {}, { name: 'before' }),
      node('Attention', ['before', 'w', 'b'], ['a'], { num_heads: 2n }, { ...microsoft, name: 'att' }),
      node('MatMul', ['a', 'out'], ['y'], {}, { name: 'after' }),
    ];
    const file = inMemory(
      model({ inputs: [value('x', 'float32', ['n', 3, 4])], outputs: ['y'], nodes, initializers }),
    );
    const { all } = findLayers(file);
    expect(structureOf(file, all)).toMatchObject([
      { id: 'before', inputs: ['input'] },
      { id: 'att', inputs: ['before'], role: 'attention' },
      { id: 'after', inputs: ['att'], isOutput: true },
    ]);
  });

  it('of ONNX itself is given what was projected, and is no layer', () => {
    expect(found([node('Attention', ['q', 'w', 'v'], ['y'])], { initializers })).toEqual({
      layers: [],
      notObservable: [],
    });
  });

  it('of a weight that is computed is none', () => {
    const nodes = [node('Relu', ['x'], ['w2']), node('Attention', ['x', 'w2', 'b'], ['y'], {}, microsoft)];
    expect(found(nodes, { initializers }).layers).toEqual([]);
  });
});

it('lists operators that hold several layers, with the reason', () => {
  const { notObservable } = found([node('MoE', ['x', 'r', 'w'], ['y'], {}, microsoft)], { initializers });
  expect(notObservable).toMatchObject([{ op: 'MoE', reason: expect.stringContaining('optimized') }]);
});
