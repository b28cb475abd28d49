import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type WatchOptions, watchCheckpoints } from '../../../src/job/watch/watchCheckpoints.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

/** Looks once at a folder without checkpoints: the series is opened, and nothing is analysed. */
async function opened(out: string, options: Partial<WatchOptions> = {}) {
  const checkpoints = await temporaryDirectory();
  return watchCheckpoints({ checkpoints, out, data: ['x.npy'], once: true, ...options });
}

describe('a series goes on only', () => {
  it.each<[string, Partial<WatchOptions>]>([
    ['data', { data: ['y.npy'] }],
    ['train-data', { trainData: ['t.npy'] }],
    ['reader', { reader: 'csv' }],
    ['on-error', { onError: 'skip' }],
    ['seed', { seed: 1 }],
    ['shape', { shapes: { x: [3] } }],
    ['dtype', { dtype: 'int8' }],
    ['input', { inputs: { rate: 2 } }],
    ['state', { state: { h: 'h_out' } }],
    ['image', { image: { resize: 8 } }],
    ['tables', { csv: { columns: '1-3' } }],
    ['texts', { text: { maxLength: 8 } }],
    ['sound', { audio: { hop: 4 } }],
    ['mask', { mask: false }],
    ['labels', { labels: 'l.txt' }],
    ['classes', { classes: ['a', 'b'] }],
    ['in-order', { inOrder: true }],
    ['layers', { layers: ['conv*'] }],
    ['exclude', { exclude: ['fc'] }],
    ['ops', { operators: ['Conv'] }],
    ['max-samples', { maxSamples: 8 }],
    ['every', { every: 2 }],
    ['threshold', { thresholds: [0.9] }],
    ['idim-rule', { idimRule: 'delve' }],
    ['conv-method', { convMethod: 'mean' }],
    ['sequence-method', { sequenceMethod: 'last' }],
    ['interpolate', { interpolate: 4 }],
    ['interpolation', { interpolation: 'nearest' }],
    ['precision', { precision: 'float32' }],
    ['measure-at', { measureAt: 'output' }],
    ['batch', { batchSize: 2 }],
    ['until', { until: 0.01 }],
    ['on-nonfinite', { onNonfinite: 'skip' }],
  ])('with the same --%s', async (name, options) => {
    const out = join(await temporaryDirectory(), 'series');
    await opened(out);
    await expect(opened(out, options)).rejects.toThrow(
      `the series in ${out} was made with other options (${name}): give the same`,
    );
    const other = join(await temporaryDirectory(), 'series');
    await opened(other, options);
    expect((await opened(other, options)).series.entries).toEqual([]);
  });

  it('on any device, with any number of threads', async () => {
    const out = join(await temporaryDirectory(), 'series');
    await opened(out);
    await opened(out, { provider: 'cpu', threads: 1, settle: 5, interval: 5 });
  });
});
