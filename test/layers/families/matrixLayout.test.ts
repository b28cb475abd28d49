import { describe, expect, it } from 'vitest';
import { layoutOfProduct } from '../../../src/layers/families/matrixLayout.js';
import { graphOf } from '../../support/graphs.js';
import { value } from '../../support/models.js';

/** How `x · w` is laid out, x being of one rank and y of another, where the model declares them. */
function layout(
  kind: 'featuresLast' | 'featuresBeforeLast',
  weight: readonly number[] | undefined,
  { x, y }: { x?: number; y?: number } = {},
) {
  const declared = (name: string, rank: number | undefined) =>
    value(name, 'float32', ...(rank === undefined ? [] : [new Array<null>(rank).fill(null)]));
  const graph = graphOf({ nodes: [], inputs: [declared('x', x)], outputs: [declared('y', y)] });
  return layoutOfProduct(graph, kind, { output: 'y', activation: 'x', weight });
}

describe('a product with a matrix', () => {
  it.each([
    [{ y: 3 }, { kind: 'featuresLast', rank: 3 }],
    [{ x: 3 }, { kind: 'featuresLast' }],
    [{}, { kind: 'featuresLast' }],
  ])('has the rank that is declared of its output: %j', (ranks, expected) => {
    expect(layout('featuresLast', [7, 5], ranks)).toEqual(expected);
    expect(layout('featuresLast', undefined, ranks)).toEqual(expected);
  });
});

// Axes are aligned from the right: [2, 3, I, O] has two axes more than a matrix.
describe('a product with a stack of matrices', () => {
  it('has its samples first where the activation has as many axes, or more', () => {
    expect(layout('featuresLast', [2, 7, 5], { x: 3 })).toEqual({ kind: 'featuresLast', rank: 3 });
    expect(layout('featuresLast', [2, 7, 5], { x: 4 })).toEqual({ kind: 'featuresLast', rank: 4 });
    expect(layout('featuresLast', [2, 7, 5], { y: 4 })).toEqual({ kind: 'featuresLast', rank: 4 });
  });

  it('has those of a narrower activation behind the axes that only the weight has', () => {
    // [N, 7] · [2, 7, 5] = [2, N, 5]; of [N, S, 7] · [2, 3, 7, 5] the N stands against the 3.
    expect(layout('featuresLast', [2, 7, 5], { x: 2 })).toEqual({
      kind: 'featuresLast',
      rank: 3,
      samplesAxis: 1,
    });
    expect(layout('featuresLast', [2, 3, 7, 5], { x: 3 })).toEqual({
      kind: 'featuresLast',
      rank: 4,
      samplesAxis: 1,
    });
    expect(layout('featuresLast', [2, 3, 7, 5], { x: 2 })).toEqual({
      kind: 'featuresLast',
      rank: 4,
      samplesAxis: 2,
    });
  });

  it('with the weight on the left has the samples of a matrix last', () => {
    // [2, 5, 7] · [7, N] = [2, 5, N]
    expect(layout('featuresBeforeLast', [2, 5, 7], { x: 2 })).toEqual({
      ...{ kind: 'featuresBeforeLast', rank: 3, samplesAxis: 2 },
    });
    expect(layout('featuresBeforeLast', [2, 3, 5, 7], { x: 3 })).toEqual({
      ...{ kind: 'featuresBeforeLast', rank: 4, samplesAxis: 1 },
    });
  });

  it('leaves open where its samples are if no rank tells', () => {
    expect(layout('featuresLast', [2, 7, 5])).toEqual({ kind: 'featuresLast', samplesAxis: 'open' });
    // A result of as many axes as the weight can come of an activation of as many, or of fewer.
    expect(layout('featuresLast', [2, 7, 5], { y: 3 })).toEqual({
      kind: 'featuresLast',
      rank: 3,
      samplesAxis: 'open',
    });
  });
});
