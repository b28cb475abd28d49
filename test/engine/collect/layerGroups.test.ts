import { describe, expect, it } from 'vitest';
import { keptGroups, mostGroups } from '../../../src/engine/collect/layerGroups.js';
import type { MomentOutputs } from '../../../src/instrument/instrumentedModel.js';

const outputs = (layer: string, scatter: string, features?: number): MomentOutputs => ({
  ...{ layer, scatter, count: `${scatter}/count`, sum: `${scatter}/sum` },
  ...(features === undefined
    ? {}
    : {
        lifted: {
          ...{ model: 0, features },
          outputs: { mean: '', covariance: '', inner: '', gram: '', squares: '' },
        },
      }),
});

/** Eigenvalues of 1,000 features cost 10⁹ a group: 2 · 10⁹ are free, and four groups there are in any case. */
const wide = outputs('wide', 'a');
const narrow = outputs('narrow', 'b');

const matrices = (observations: number | undefined) =>
  new Map([
    ['a', { observations, features: 1000 }],
    ['b', { observations, features: 10 }],
  ]);

describe('groups that matrices are kept in', () => {
  it('are four of a wide layer whose few observations cost less than eigenvalues would', () => {
    expect(keptGroups([wide, narrow], matrices(2000), 1)).toEqual([4, 16]);
  });

  it('are sixteen where the moments cost more than ten times as much', () => {
    // 0.08 · 10⁶ · (1,000² + 10²) products a group of sixteen: 8 · 10¹⁰ beside 1.6 · 10¹⁰.
    expect(keptGroups([wide, narrow], matrices(1_000_000), 1)).toEqual([16, 16]);
  });

  it('are four again where a device computes the moments a hundred times as fast', () => {
    expect(keptGroups([wide, narrow], matrices(1_000_000), 100)).toEqual([4, 16]);
  });

  it('are sixteen where nobody knows how many observations come', () => {
    expect(keptGroups([wide, narrow], matrices(undefined), 1)).toEqual([16, 16]);
  });

  it('are as many as any of the layers needs that share an input', () => {
    const shared = [outputs('up', 'a', 1000), outputs('gate', 'a', 10)];
    const input = new Map([['a', { observations: 2000, features: 100 }]]);
    expect(keptGroups(shared, input, 1)).toEqual([16]);
    expect([...mostGroups(shared, input, 1)]).toEqual([
      ['up', 4],
      ['gate', 16],
    ]);
  });
});

describe('groups that errors are told from', () => {
  it('are told of no layer whose matrix is missing', () => {
    expect([...mostGroups([wide, narrow], new Map([['b', { observations: 9, features: 10 }]]), 1)]).toEqual([
      ['narrow', 16],
    ]);
  });
});
