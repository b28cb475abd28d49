import { describe, expect, it } from 'vitest';
import { readLayers } from '../../src/readings/layerReadings.js';
import type { RunLayer } from '../../src/run/schema.js';
import { invalidLayer, layer } from '../support/runs.js';

/** Layers of 100 features with these saturations in per cent, and an output layer. */
const network = (...percents: number[]): RunLayer[] => [
  ...percents.map((percent, i) => layer(`l${i}`, percent, 100)),
  layer('output', 9, 10, { op: 'Gemm' }),
];
const kinds = (layers: readonly RunLayer[]) => readLayers({ layers }).layers.map(({ kind }) => kind);
/** How many layers the tail has. */
const tail = (...percents: number[]) => kinds(network(...percents)).filter((kind) => kind === 'tail').length;

describe('the tail', () => {
  it('is the row of last layers below half the median of those before', () => {
    expect(kinds(network(80, 60, 70, 50, 4, 3, 2))).toEqual([
      'healthy',
      'healthy',
      'healthy',
      'healthy',
      'tail',
      'tail',
      'tail',
      'output',
    ]);
  });

  it('begins where the saturation drops, however long it is', () => {
    expect(tail(90, 80, 5, 5, 5, 5, 5, 5, 5, 5)).toBe(8);
    expect(tail(80, 70, 60, 70, 5)).toBe(1);
  });

  it('needs more than a decline', () => {
    // The median before the sixth and before the seventh layer is 50, so that the bound is 25.
    expect(tail(90, 70, 50, 50, 40, 24, 25)).toBe(0);
    expect(tail(90, 70, 50, 50, 40, 25, 24)).toBe(1);
    expect(tail(90, 70, 50, 50, 40, 24, 24)).toBe(2);
  });

  it('ends nowhere but at the output: a dip in the middle is none', () => {
    expect(tail(80, 70, 3, 3, 3, 60, 70)).toBe(0);
    expect(tail(80, 70, 3, 60, 70, 3, 3)).toBe(2);
  });

  it('has no layer that uses 30 % or more, whatever the others do', () => {
    expect(tail(95, 90, 44, 44, 44, 44)).toBe(0);
    expect(tail(95, 90, 30, 30)).toBe(0);
    expect(tail(95, 90, 29, 29)).toBe(2);
  });

  it('is not looked for behind fewer than two layers', () => {
    expect(tail(80, 1)).toBe(0);
    expect(tail(80, 80, 1)).toBe(1);
    expect(tail()).toBe(0);
    expect(kinds([])).toEqual([]);
  });

  it('does not lean on the output layer', () => {
    expect(kinds([...network(80, 80, 80), layer('low', 1, 100)]).at(-1)).toBe('output');
    expect(kinds([layer('a', 80, 100), layer('b', 80, 100), layer('low', 1, 100)])).not.toContain('tail');
  });

  it('reaches over layers that cannot be judged, without taking them in', () => {
    const few = layer('few', 90, 100, { observations: 100 });
    expect(
      kinds([...network(80, 80, 80, 3).slice(0, 4), few, invalidLayer('nan', 100), ...network(2)]),
    ).toEqual(['healthy', 'healthy', 'healthy', 'tail', 'uncertain', 'invalid', 'tail', 'output']);
  });

  it('may hold dead layers, which stay dead', () => {
    expect(kinds(network(80, 80, 80, 3, 0, 2))).toEqual([
      'healthy',
      'healthy',
      'healthy',
      'tail',
      'dead',
      'tail',
      'output',
    ]);
  });

  it('says below what saturation', () => {
    expect(readLayers({ layers: network(50, 40, 2, 2) }).tailBelow).toBeCloseTo(0.225, 12);
    expect(readLayers({ layers: network(90, 90, 2, 2) }).tailBelow).toBe(0.3);
    expect(readLayers({ layers: network(90, 90, 90) }).tailBelow).toBeUndefined();
  });
});

describe('a layer', () => {
  it('is narrow from 90 % on', () => {
    expect(kinds(network(89, 90, 100, 50))).toEqual(['healthy', 'narrow', 'narrow', 'healthy', 'output']);
  });

  it('is not narrow as the output, nor with one feature, nor on too few observations', () => {
    const layers = [
      layer('one', 1, 1),
      layer('few', 9, 10, { observations: 10 }),
      layer('enough', 9, 10, { observations: 11 }),
      layer('out', 10, 10),
    ];
    expect(kinds(layers)).toEqual(['healthy', 'uncertain', 'narrow', 'output']);
  });

  it('without numbers is invalid, also as the output', () => {
    expect(kinds([invalidLayer('a', 4), invalidLayer('b', 4)])).toEqual(['invalid', 'invalid']);
  });
});

describe('a layer whose fan-in caps its rank', () => {
  it('belongs to a tail only where it leaves unused what it can reach', () => {
    // 10 of 100 features are all that ten inputs can fill; 2 of the 10 are a fifth of it.
    const capped = (percent: number) => [
      ...network(80, 70, 60).slice(0, 3),
      layer('expansion', percent, 100, { rankLimit: 10 }),
      layer('output', 9, 10, { op: 'Gemm' }),
    ];
    expect(kinds(capped(10))[3]).toBe('healthy');
    expect(kinds(capped(2))[3]).toBe('tail');
  });
});

describe('the output layer', () => {
  const layers = [layer('a', 95, 100), layer('b', 95, 100), layer('c', 95, 100)];
  const read = (outputLayer?: string) => readLayers({ layers, outputLayer }).layers.map(({ kind }) => kind);

  it('is the one that the run names, and what stands behind it', () => {
    expect(read('c')).toEqual(['narrow', 'narrow', 'output']);
    expect(read('b')).toEqual(['narrow', 'output', 'output']);
  });

  it('is not among the layers where others were chosen', () => {
    expect(read('fc')).toEqual(['narrow', 'narrow', 'narrow']);
  });

  it('is taken to be the last where the run names none', () => {
    expect(read()).toEqual(['narrow', 'narrow', 'output']);
  });
});
