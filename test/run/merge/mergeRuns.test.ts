import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { mergeRuns } from '../../../src/run/merge/mergeRuns.js';
import type { Shard } from '../../../src/run/merge/shard.js';
import type { Run, RunSettings } from '../../../src/run/schema.js';
import type { Moments } from '../../../src/stats/moments.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

/** Moments of these rows. */
function momentsOf(...rows: number[][]): Moments {
  const features = rows[0].length;
  const sum = new Float64Array(features);
  const scatter = new Float64Array(features * features);
  for (const row of rows) {
    row.forEach((a, i) => {
      sum[i] += a;
      row.forEach((b, j) => {
        scatter[i * features + j] += a * b;
      });
    });
  }
  return { count: rows.length, sum, scatter };
}

function shard(name: string, rows: number[][], parts: Partial<Run> = {}): Shard {
  const saved = run([layer('a', 2, 2, { observations: rows.length })], parts);
  return { name, run: saved, moments: new Map([['a', momentsOf(...rows)]]) };
}

// All four rows: mean (0, 0), covariance diag(4·2/4, 1·2/4) = diag(2, 0.5).
const left = shard(
  'left',
  [
    [2, 0],
    [0, 1],
  ],
  {
    data: {
      source: 'l/',
      reader: 'images',
      samples: 2,
      skipped: 1,
      labels: { classes: 3, samples: 2, top1: 0.5, counts: { cat: 2 } },
      skippedSamples: [{ origin: 'l/x', reason: 'r' }],
    },
    timing: { seconds: 2, samplesPerSecond: 1 },
  },
);
const right = shard(
  'right',
  [
    [-2, 0],
    [0, -1],
  ],
  {
    data: {
      source: 'r/',
      reader: 'images',
      samples: 2,
      skipped: 2,
      labels: { classes: 3, samples: 2, top1: 1, counts: { cat: 1, __proto__dog: 1 } },
    },
    timing: { seconds: 3, samplesPerSecond: 0.66 },
  },
);

const withSettings = (parts: Partial<RunSettings>): Shard => ({
  ...right,
  run: { ...right.run, settings: { ...right.run.settings, ...parts } },
});
const withRun = (parts: Partial<Run>): Shard => ({ ...right, run: { ...right.run, ...parts } });

describe('a shard that would count twice', () => {
  it('is known by its moments, whatever it is called', () => {
    const copy: Shard = { ...left, name: './left/' };
    expect(() => mergeRuns([left, right, copy])).toThrow(
      'left and ./left/ hold the same moments, so that their data would count twice',
    );
  });

  it('is not one in which nothing was observed', () => {
    const none = (name: string): Shard => ({ ...left, name, run: emptied, moments: new Map() });
    const emptied = run([layer('a', 0, 0, { observations: 0, eigenvalues: [] })]);
    expect(mergeRuns([left, none('x'), none('y')]).run.layers[0].observations).toBe(2);
  });
});

describe('merged runs', () => {
  it('have the statistics of all rows together', () => {
    const { run: merged, moments } = mergeRuns([left, right]);
    expect(moments.get('a')).toEqual({
      count: 4,
      sum: Float64Array.of(0, 0),
      scatter: Float64Array.of(8, 0, 0, 2),
    });
    expect(merged.layers[0]).toMatchObject({
      name: 'a',
      observations: 4,
      features: 2,
      intrinsicDimensionality: 2,
      saturation: 1,
      trace: 2.5,
      eigenvalues: [2, 0.5],
      determinant: 1,
      warnings: [],
    });
  });

  it('leave the moments of the shards as they were', () => {
    mergeRuns([left, right]);
    expect(left.moments.get('a')?.count).toBe(2);
    expect(left.moments.get('a')?.sum).toEqual(Float64Array.of(2, 1));
  });

  it('add up samples, skips, labels and time', () => {
    const { data, timing } = mergeRuns([left, right]).run;
    expect(data).toEqual({
      source: 'l/, r/',
      reader: 'images',
      samples: 4,
      skipped: 3,
      // (0.5 × 2 + 1 × 2) / 4
      labels: { classes: 3, samples: 4, top1: 0.75, counts: { cat: 3, __proto__dog: 1 } },
      skippedSamples: [{ origin: 'l/x', reason: 'r' }],
    });
    expect(timing).toEqual({ seconds: 5, samplesPerSecond: 0.8 });
  });

  it('keep an invalid layer invalid, and say by which shard', () => {
    const broken = { name: 'right', run: run([invalidLayer('a', 2)]), moments: new Map() };
    const { run: merged, moments } = mergeRuns([left, broken]);
    expect(merged.layers[0]).toMatchObject({
      saturation: null,
      eigenvalues: [],
      invalid: { batch: 3, reason: 'NaN or Inf in its activations (right)' },
      warnings: ['invalid: NaN or Inf in its activations in batch 3 (right)'],
      // 2 of the left, and 31,808.
      observations: 31810,
    });
    expect(moments.size).toBe(0);
  });

  it('of three have the numbers of all three', () => {
    const third = shard('third', [
      [0, 3],
      [0, 3],
      [0, 3],
    ]);
    // Seven rows: sums (0, 9); squares 8 and 2 + 27.
    const { run: merged, moments } = mergeRuns([left, right, third]);
    expect(moments.get('a')).toEqual({
      count: 7,
      sum: Float64Array.of(0, 9),
      scatter: Float64Array.of(8, 0, 0, 29),
    });
    expect(merged.layers[0].observations).toBe(7);
    expect(merged.layers[0].trace).toBeCloseTo(8 / 7 + 29 / 7 - (9 / 7) ** 2, 12);
    expect(merged.data.samples).toBe(2 + 2 + 497);
  });

  it('are invalid also by the first of the shards', () => {
    const broken = { name: 'left', run: run([invalidLayer('a', 2)]), moments: new Map() };
    expect(mergeRuns([broken, right]).run.layers[0]).toMatchObject({
      saturation: null,
      invalid: { reason: 'NaN or Inf in its activations (left)' },
      observations: 31810,
    });
  });

  it('say which part of the data was used only where all used the same', () => {
    const of = (parts: Partial<RunSettings>, others: Partial<RunSettings>) => {
      const first = { ...left, run: { ...left.run, settings: { ...left.run.settings, ...parts } } };
      return mergeRuns([first, withSettings(others)]).run.settings;
    };
    expect(of({ maxSamples: 2, every: 3 }, { maxSamples: 2, every: 3 })).toMatchObject({
      maxSamples: 2,
      every: 3,
    });
    const other = of({ maxSamples: 2, every: 3 }, { maxSamples: 4, every: 3 });
    expect(other).not.toHaveProperty('maxSamples');
    expect(other.every).toBe(3);
    expect(of({ every: 3 }, { every: 4 })).not.toHaveProperty('every');
    const drawn = { order: 'drawn', orderSeed: 7 } as const;
    expect(of(drawn, drawn)).toMatchObject(drawn);
    expect(of(drawn, { ...drawn, orderSeed: 8 })).not.toHaveProperty('orderSeed');
    expect(of(drawn, { order: 'first' })).not.toHaveProperty('order');
    for (const key of ['order', 'orderSeed']) expect(of({}, {})).not.toHaveProperty(key);
    const third = {
      ...withSettings({ every: 4 }),
      name: 'third',
      moments: new Map([['a', momentsOf([5, 5], [6, 6])]]),
    };
    const first = { ...left, run: { ...left.run, settings: { ...left.run.settings, every: 3 } } };
    expect(mergeRuns([first, withSettings({ every: 3 }), third]).run.settings).not.toHaveProperty('every');
    expect(of({}, {})).not.toHaveProperty('every');
    expect(of({}, {})).not.toHaveProperty('maxSamples');
  });

  it('keep what any shard warns of, once, and say that embeddings are left out', () => {
    expect(mergeRuns([left, right]).run).not.toHaveProperty('warnings');
    const warned = (parts: Partial<Run>) => ({ ...left, run: { ...left.run, ...parts } });
    const { run: merged } = mergeRuns([
      warned({ warnings: ['first', 'both'] }),
      withRun({ warnings: ['both', 'second'] }),
    ]);
    expect(merged.warnings).toEqual(['first', 'both', 'second']);
    const without = mergeRuns([left, withRun({ embedding: 'embedding.safetensors' })]).run;
    expect(without.warnings).toMatchObject([expect.stringMatching(/^the embeddings of the parts cannot/)]);
    expect(without).not.toHaveProperty('embedding');
  });

  it('take a shard that never reached a layer for no observations', () => {
    const empty: Shard = {
      name: 'empty',
      run: run([{ ...invalidLayer('a', 0), observations: 0, invalid: undefined }]),
      moments: new Map(),
    };
    expect(mergeRuns([empty, left]).run.layers[0]).toMatchObject({ observations: 2, features: 2 });
  });

  it('cut at all thresholds of the shards', () => {
    const both = [left, right].map((each) => ({
      ...each,
      run: { ...each.run, settings: { ...each.run.settings, threshold: 0.8, thresholds: [0.8, 0.81] } },
    }));
    expect(mergeRuns(both).run.layers[0].thresholds).toEqual([
      { threshold: 0.8, intrinsicDimensionality: 1, saturation: 0.5 },
      { threshold: 0.81, intrinsicDimensionality: 2, saturation: 1 },
    ]);
  });

  it.each<[string, readonly Shard[], RegExp]>([
    ['one run', [left], /at least two runs/],
    ['a run twice', [left, left], /left is named twice/],
    [
      'another model',
      [left, withRun({ model: { ...right.run.model, path: 'o.onnx', sha256: '00' } })],
      /left and right cannot be merged: they are of different models \(models\/net\.onnx and o\.onnx/,
    ],
    [
      'another method',
      [left, withSettings({ convMethod: 'max' })],
      /convMethod is channelwise in one and max in the other/,
    ],
    [
      'another precision',
      [left, withSettings({ precision: 'float32' })],
      /precision is float64 in one and float32/,
    ],
    ['another threshold', [left, withSettings({ threshold: 0.9 })], /threshold is 0.99 in one and 0.9/],
    ['another split', [left, withSettings({ split: 'train' })], /split is eval in one and train/],
    [
      'another preprocessing',
      [left, withRun({ data: { ...right.run.data, preprocessing: { scale: 2 } } })],
      /preprocessing scale is none in one and "2"/,
    ],
    [
      'more layers',
      [left, withRun({ layers: [...right.run.layers, layer('b', 1, 2)] })],
      /one has 1 layers and the other 2/,
    ],
    [
      'another layer',
      [left, withRun({ layers: [layer('b', 1, 2)] })],
      /layer a of one stands where b stands/,
    ],
    [
      'other features',
      [left, withRun({ layers: [layer('a', 1, 3)] })],
      /layer a has 2 features in one and 3/,
    ],
    [
      'no moments',
      [left, { ...right, moments: new Map() }],
      /right holds no moments of layer a: analyze it again with --moments/,
    ],
  ])('are refused for %s', (_, shards, message) => {
    expect(() => mergeRuns(shards)).toThrow(UserError);
    expect(() => mergeRuns(shards)).toThrow(message);
  });

  it('may differ in provider and batch size', () => {
    expect(() => mergeRuns([left, withSettings({ provider: 'cuda', batchSize: 7 })])).not.toThrow();
  });
});
