import { describe, expect, it } from 'vitest';
import { readLayers } from '../../src/readings/layerReadings.js';
import { widthOf } from '../../src/readings/width.js';
import { invalidLayer, layer, run } from '../support/runs.js';

describe('the width that a layer uses', () => {
  const { layers } = readLayers(
    run([
      { ...layer('a', 8, 10), parameters: 90 },
      layer('b', 5, 10),
      invalidLayer('c', 4),
      layer('fc', 9, 10),
    ]),
  );
  const [a, b, c, fc] = layers;

  it('is its directions, with the parameters and MACs of its own that the others take', () => {
    // Two of ten features are spare.
    expect(widthOf(a, 1000)).toMatchObject({ directions: 8, parameters: 18, macs: 200 });
    expect(widthOf(a, 1000)?.effectiveRank).toBe(a.layer.effectiveRank);
  });

  it('leaves open what is not known', () => {
    expect(widthOf(b, null)).toMatchObject({ directions: 5, parameters: null, macs: null });
  });

  it('is none where something else sets it, or nothing is known', () => {
    expect([fc.kind, widthOf(fc, 10)]).toEqual(['output', null]);
    expect([c.kind, widthOf(c, 10)]).toEqual(['invalid', null]);
  });
});
