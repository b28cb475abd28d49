import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/engine/pass/progress.js';
import { engine, linearModel, linearMoments, memorySource, rows } from '../support/engine.js';

const { observe } = engine;
const weights = { features: 2, units: 3, values: [1, -2, 3, 0.5, 4, -1] };
const cpu = { provider: 'cpu', precision: 'float64', batchSize: 4 } as const;
const x = (count: number) => ({ x: { type: 'float32' as const, dims: [count, 2], data: rows(count, 2) } });

describe('observe', () => {
  it('adds up the moments of all batches, the last one being smaller', async () => {
    const progress: Progress[] = [];
    const seen = await observe(linearModel(weights), memorySource(x(10)), {
      ...cpu,
      onProgress: (p) => progress.push(p),
    });
    expect(seen).toMatchObject({ provider: 'cpu', samples: 10, batches: 3 });
    expect(seen.layers).toEqual([{ name: 'fc', moments: linearMoments(rows(10, 2), weights) }]);
    expect(progress.map(({ samples, total }) => [samples, total])).toEqual([
      [0, 10],
      [4, 10],
      [8, 10],
      [10, 10],
    ]);
    expect(progress[3].seconds).toBeGreaterThan(0);
    expect(seen.seconds).toBeGreaterThanOrEqual(progress[3].seconds);
  });

  it('stops at maxSamples and takes every k-th batch', async () => {
    const seen = await observe(linearModel(weights), memorySource(x(30)), {
      ...cpu,
      every: 2,
      maxSamples: 6,
    });
    // The second batch (rows 4 to 7) and half of the fourth (rows 12, 13).
    const used = Float32Array.of(...rows(30, 2).slice(8, 16), ...rows(30, 2).slice(24, 28));
    expect(seen.samples).toBe(6);
    expect(seen.layers[0].moments).toEqual(linearMoments(used, weights));
  });

  it('runs a model of fixed batch size at that size and counts no padding', async () => {
    const seen = await observe(linearModel(weights, 4), memorySource(x(10)), {
      ...cpu,
      batchSize: 32,
      fixedBatch: 4,
    });
    expect(seen).toMatchObject({ samples: 10, batches: 3 });
    expect(seen.layers[0].moments).toEqual(linearMoments(rows(10, 2), weights));
  });

  it('finds a batch size by measuring, and loses or doubles no sample on the way', async () => {
    const seen = await observe(linearModel(weights), memorySource(x(1001)), {
      ...cpu,
      tuneBatch: true,
      maxSamples: 999,
    });
    expect(seen.samples).toBe(999);
    expect(seen.batches).toBeLessThan(250);
    expect(Math.log2(seen.batchSize / 4) % 1).toBe(0);
    const { count, sum, scatter } = seen.layers[0].moments;
    const expected = linearMoments(rows(999, 2), weights);
    expect(count).toBe(999);
    sum.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.sum[i], 6);
    });
    scatter.forEach((value, i) => {
      expect(Math.abs(value / expected.scatter[i] - 1)).toBeLessThan(1e-12);
    });
  });

  it('gives an observation of no samples for a source that has none', async () => {
    expect(await observe(linearModel(weights), memorySource(x(0)), cpu)).toMatchObject({
      samples: 0,
      batches: 0,
    });
  });

  it('says under auto what it runs on', async () => {
    const notices: string[] = [];
    const seen = await observe(linearModel(weights), memorySource(x(4)), {
      ...cpu,
      provider: 'auto',
      onNotice: (text) => notices.push(text),
    });
    expect(notices).toEqual([
      expect.stringMatching(seen.provider === 'cuda' ? /^runs on CUDA/ : /^runs on the CPU/),
    ]);
  });

  it('never reads more than three batches ahead of those that ran', async () => {
    let done = 0;
    let furthest = 0;
    const source = memorySource(x(64), {
      beforeFeed: (start) => {
        furthest = Math.max(furthest, start / 4 - done);
      },
    });
    await observe(linearModel(weights), source, {
      ...cpu,
      onProgress: ({ samples }) => {
        done = samples / 4;
      },
    });
    // The batch that is about to be read is the third on its way, or an earlier one.
    expect(furthest).toBeLessThanOrEqual(2);
    expect(source.read).toBe(16);
  });

  it('rejects with the error of the model, in the words for the user', async () => {
    const data = { x: { type: 'float32' as const, dims: [4, 5], data: rows(4, 5) } };
    await expect(observe(linearModel(weights), memorySource(data), cpu)).rejects.toMatchObject({
      name: 'UserError',
      message: 'input x of shape [4, 5] does not fit: axis 1 is 5 where the model wants 2',
    });
  });

  it('rejects with the error of the source', async () => {
    const source = memorySource(x(40), {
      beforeFeed: (start) => {
        if (start === 8) throw new Error('sample 8 cannot be read');
      },
    });
    await expect(observe(linearModel(weights), source, cpu)).rejects.toThrow('sample 8 cannot be read');
  });

  it('refuses float64 on WebGPU before it reads anything', async () => {
    const source = memorySource(x(4));
    await expect(observe(linearModel(weights), source, { ...cpu, provider: 'webgpu' })).rejects.toThrow(
      /float64/,
    );
    expect(source.read).toBe(0);
  });
});

describe('observe, interrupted', () => {
  it('rejects and says how far it got', async () => {
    const abort = new AbortController();
    const source = memorySource(x(4000), { beforeFeed: () => delay(5) });
    const seen = observe(linearModel(weights), source, {
      ...cpu,
      signal: abort.signal,
      onProgress: ({ samples }) => {
        if (samples === 8) abort.abort();
      },
    });
    await expect(seen).rejects.toMatchObject({
      name: 'InterruptedError',
      samples: 8,
      message: 'interrupted after 8 of 4000 samples',
    });
    expect(source.read).toBeLessThan(10);
  });

  it('rejects at once where the signal was aborted before', async () => {
    const options = { ...cpu, signal: AbortSignal.abort() };
    await expect(observe(linearModel(weights), memorySource(x(4)), options)).rejects.toMatchObject({
      samples: 0,
    });
  });

  it('does not wait for a source that hangs', async () => {
    const abort = new AbortController();
    const source = memorySource(x(40), { beforeFeed: () => new Promise(() => {}) });
    const seen = observe(linearModel(weights), source, { ...cpu, signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    await expect(seen).rejects.toMatchObject({ name: 'InterruptedError' });
  });
});
