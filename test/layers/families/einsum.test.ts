import { describe, expect, it } from 'vitest';
import { findLayers } from '../../../src/layers/findLayers.js';
import { inMemory } from '../../support/graphs.js';
import { channelwise, distance, instrumentedMoments, ortTensor } from '../../support/instrumented.js';
import { model, node, tensor, value } from '../../support/models.js';
import { momentsOf } from '../../support/referenceMoments.js';
import { found, zeros } from '../found.js';

const wave = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i));
const sizes: Readonly<Record<string, number>> = { b: 3, s: 4, d: 5, h: 2, k: 3 };
const count = (axes: string) => [...axes].reduce((all, axis) => all * sizes[axis], 1);

/** Every product, summed by plain indexing: rows by `rows`, features by `features`. */
function rowsBy(x: string, w: string, { rows, features }: { rows: string; features: string }): number[][] {
  const given = { [x]: wave(count(x), 1), [w]: wave(count(w), 2) };
  const made = Array.from({ length: count(rows) }, () => new Array<number>(count(features)).fill(0));
  const all = [...new Set(x + w)].join('');
  for (let flat = 0; flat < count(all); flat++) {
    const at = new Map<string, number>();
    let rest = flat;
    for (const axis of [...all].reverse()) {
      at.set(axis, rest % sizes[axis]);
      rest = Math.floor(rest / sizes[axis]);
    }
    const index = (axes: string) => [...axes].reduce((i, axis) => i * sizes[axis] + (at.get(axis) ?? 0), 0);
    made[index(rows)][index(features)] += Math.fround(given[x][index(x)]) * Math.fround(given[w][index(w)]);
  }
  return made;
}

describe('Einsum with a constant weight', () => {
  it.each([
    // One axis of features, several, in another order, the weight first, heads of their own, no arrow.
    ['bsd,dk->bsk', 'bsd', 'dk', 'bs', 'k', 15],
    ['bsd,dhk->bshk', 'bsd', 'dhk', 'bs', 'hk', 30],
    ['bsd,dhk->bhsk', 'bsd', 'dhk', 'bs', 'hk', 30],
    ['dk,bsd->bks', 'bsd', 'dk', 'bs', 'k', 15],
    ['bshd,hdk->bshk', 'bshd', 'hdk', 'bs', 'hk', 30],
    ['bhsd,hdk->bhsk', 'bhsd', 'hdk', 'bs', 'hk', 30],
    ['bsd,dk', 'bsd', 'dk', 'bs', 'k', 15],
    ['bshk,hkd->bsd', 'bshk', 'hkd', 'bs', 'd', 30],
  ])(
    '%s has as features the axes that the weight gives',
    async (equation, x, w, rows, features, parameters) => {
      const inputs = equation.startsWith(x) ? ['x', 'w'] : ['w', 'x'];
      const proto = model({
        inputs: [
          value(
            'x',
            'float32',
            [...x].map((axis) => sizes[axis]),
          ),
        ],
        outputs: ['y'],
        nodes: [node('Einsum', inputs, ['y'], { equation })],
        initializers: [
          tensor(
            'w',
            'float32',
            [...w].map((axis) => sizes[axis]),
            wave(count(w), 2),
          ),
        ],
      });
      const file = inMemory(proto);
      const { layers, notObservable } = findLayers(file);
      expect(notObservable).toEqual([]);
      expect(layers).toMatchObject([{ name: 'einsum_0', features: count(features), parameters }]);
      const dims = [...x].map((axis) => sizes[axis]);
      const feeds = { x: ortTensor('float32', dims, wave(count(x), 1)) };
      const moments = (await instrumentedMoments(file, layers, channelwise, feeds)).get('einsum_0');
      const expected = momentsOf(rowsBy(x, w, { rows, features }), count(features));
      expect(moments && distance(moments, expected)).toBeLessThan(1e-6);
    },
  );

  it('takes an ellipsis of the activation where the features come last', () => {
    const layer = (equation: string) =>
      found([node('Einsum', ['x', 'w'], ['y'], { equation })], { initializers: [zeros('w', 5, 3)] });
    expect(layer('...d,dk->...k').layers).toMatchObject([{ output: 'y', features: 3 }]);
    expect(layer('...d,dk->k...').notObservable[0].reason).toContain('k...');
  });

  it('ends in its bias, which has one number a feature', () => {
    const nodes = [
      node('Einsum', ['x', 'w'], ['e'], { equation: 'bsd,dhk->bshk' }),
      node('Add', ['e', 'b'], ['y']),
    ];
    const { layers } = found(nodes, { initializers: [zeros('w', 5, 2, 3), zeros('b', 2, 3)] });
    expect(layers).toMatchObject([{ features: 6, parameters: 36, weightShape: [5, 6] }]);
    expect(layers[0].aside?.nodes.at(-1)?.input[0]).toBe('y');
  });

  it.each([
    ['bd,d->b', [5]],
    ['bd,dk->k', [5, 3]],
    ['bdd,dk->bk', [5, 3]],
    ['bd,...k->b...k', [5, 3]],
  ])('%s is not observable, and says so', (equation, dims) => {
    const { layers, notObservable } = found([node('Einsum', ['x', 'w'], ['y'], { equation })], {
      initializers: [zeros('w', ...dims)],
    });
    expect(layers).toEqual([]);
    expect(notObservable[0].reason).toContain(equation);
  });

  it('of two activations, or of two constants, is no layer', () => {
    const two = found([node('Einsum', ['x', 'x'], ['y'], { equation: 'bsd,btd->bst' })]);
    expect(two).toEqual({ layers: [], notObservable: [] });
    const constants = found([node('Einsum', ['w', 'w'], ['y'], { equation: 'ab,bc->ac' })], {
      initializers: [zeros('w', 2, 2)],
    });
    expect(constants.layers).toEqual([]);
  });
});
