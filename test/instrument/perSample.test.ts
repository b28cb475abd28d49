import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { fitsGrid, pooledOutputs } from '../../src/instrument/pooledOutputs.js';
import { sampleOutputs } from '../../src/instrument/sampleOutputs.js';
import type { ActivationLayout } from '../../src/layers/layer.js';
import { type Activation, activationModel } from '../support/activationModel.js';
import { run } from '../support/instrumented.js';

async function pooled(activation: Activation, grid?: readonly number[]) {
  const { file, layer, feeds } = activationModel(activation);
  const { bytes, layers } = pooledOutputs(file, [layer], grid);
  const { type, dims, data } = (await run(bytes, feeds))[layers[0].pooled];
  expect(type).toBe('float64');
  return { dims: [...dims], values: [...data].map(Number) };
}

/** 0, 1, 2, … */
const count = (size: number) => Array.from({ length: size }, (_, i) => i);
const map = (rank: number): ActivationLayout => ({ kind: 'featureMap', rank });

describe('what a layer gives for each sample', () => {
  it('is the mean over the positions of a feature map', async () => {
    const found = await pooled({ layout: map(4), dims: [2, 1, 2, 2], values: count(8) });
    expect(found).toEqual({ dims: [2, 1], values: [1.5, 5.5] });
  });

  it('is the mean over the steps of a sequence', async () => {
    const layout = { kind: 'featuresLast', rank: 3 } as const;
    const found = await pooled({ layout, dims: [2, 2, 2], values: count(8) });
    expect(found).toEqual({ dims: [2, 2], values: [1, 2, 5, 6] });
  });

  it('is a row for a column, where samples are columns', async () => {
    const layout = { kind: 'featuresBeforeLast', rank: 2 } as const;
    const found = await pooled({ layout, dims: [2, 3], values: count(6) });
    expect(found).toEqual({ dims: [3, 2], values: [0, 3, 1, 4, 2, 5] });
  });

  it('is the last step of a recurrent layer', async () => {
    const layout = { kind: 'recurrent', batchFirst: false } as const;
    const found = await pooled({ layout, dims: [2, 1, 2, 2], values: count(8) });
    expect(found).toEqual({ dims: [2, 2], values: [4, 5, 6, 7] });
  });
});

describe('a grid of means', () => {
  it('has cells that overlap where the grid does not divide the map, as AdaptiveAvgPool has them', async () => {
    // torch.nn.AdaptiveAvgPool2d((2, 2)) of a 3 × 5 map: rows 0–1 and 1–2, columns 0–2 and 2–4.
    const found = await pooled({ layout: map(4), dims: [1, 1, 3, 5], values: count(15) }, [2, 2]);
    expect(found.dims).toEqual([1, 4]);
    // Means of rows {0, 1} · 5 and columns {0, 1, 2}: 2.5 + 1; and so on.
    [3.5, 5.5, 8.5, 10.5].forEach((mean, i) => void expect(found.values[i]).toBeCloseTo(mean, 12));
  });

  it('is laid over sequences, each feature for itself', async () => {
    const found = await pooled({ layout: map(3), dims: [1, 2, 4], values: count(8) }, [2]);
    expect(found).toEqual({ dims: [1, 4], values: [0.5, 2.5, 4.5, 6.5] });
  });

  it('repeats positions where the map is smaller', async () => {
    const found = await pooled({ layout: map(3), dims: [1, 1, 1], values: [7] }, [3]);
    expect(found).toEqual({ dims: [1, 3], values: [7, 7, 7] });
  });

  it('is laid over layers that it fits, and means are taken of all others', async () => {
    const layerOf = (layout: ActivationLayout) => ({ name: 'a', node: '', op: 'Conv', output: 'y', layout });
    expect(fitsGrid(layerOf(map(4)), [2, 2])).toBe(true);
    expect(fitsGrid(layerOf(map(3)), [2, 2])).toBe(false);
    expect(fitsGrid(layerOf({ kind: 'featuresLast', rank: 4 }), [2, 2])).toBe(false);
    const found = await pooled({ layout: map(3), dims: [1, 1, 4], values: count(4) }, [2, 2]);
    expect(found).toEqual({ dims: [1, 1], values: [1.5] });
  });

  it('takes a model of opset 11 or newer', () => {
    const { file, layer } = activationModel({ layout: map(4), dims: [1, 1, 2, 2], opset: 10 });
    const old = () => pooledOutputs(file, [layer], [2, 2]);
    expect(old).toThrow(UserError);
    expect(old).toThrow('--pool needs a model of opset 11 or newer, this one has opset 10');
  });
});

describe('how a layer sees samples', () => {
  it('is inner products of whole outputs about their mean, pooled outputs, and the sum of squares', async () => {
    // Samples (1, 2 | 3, 4) and (5, 6 | 7, 10), two features of two positions; their mean is (3, 4 | 5, 7).
    const values = [1, 2, 3, 4, 5, 6, 7, 10];
    const { file, layer, feeds } = activationModel({ layout: map(3), dims: [2, 2, 2], values });
    const { bytes, layers } = sampleOutputs(file, [layer]);
    const outputs = await run(bytes, feeds);
    const { gram, pooled: means, squares } = layers[0];
    const given = (name: string) => [...outputs[name].data].map(Number);
    // (2, 2, 2, 3) · (2, 2, 2, 3) = 21
    expect(given(gram)).toEqual([21, -21, -21, 21]);
    expect(given(means)).toEqual([1.5, 3.5, 5.5, 8.5]);
    expect(given(squares)).toEqual([1 + 4 + 9 + 16 + 25 + 36 + 49 + 100]);
    for (const name of [gram, means, squares]) expect(outputs[name].type).toBe('float64');
  });

  it('takes samples that are columns for rows', async () => {
    const layout = { kind: 'featuresBeforeLast', rank: 2 } as const;
    const { file, layer, feeds } = activationModel({ layout, dims: [2, 2], values: [1, 3, 2, 6] });
    const { bytes, layers } = sampleOutputs(file, [layer]);
    const outputs = await run(bytes, feeds);
    // Samples (1, 2) and (3, 6), a distance of (2, 4) apart: ±(1, 2) about their mean.
    expect([...outputs[layers[0].gram].data]).toEqual([5, -5, -5, 5]);
    expect([...outputs[layers[0].pooled].data]).toEqual([1, 2, 3, 6]);
  });
});
