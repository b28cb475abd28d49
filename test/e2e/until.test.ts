import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnalyzeOptions } from '../../src/index.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { analyze }: typeof import('../../src/index.js') = await import(
  new URL('../../dist/index.js', import.meta.url).href
);
const model = resolve('fixtures/mnist-cnn.onnx');
const base = { model, data: 'random:6000', batchSize: 8, threads: 1 } as const;

/** A layer of many features out of few, which is measured at its input. */
async function wide() {
  const weights = Array.from({ length: 32 * 256 }, (_, i) => Math.sin(i * i));
  const cwd = await folderWith({
    'wide.onnx': modelBytes({
      inputs: [value('x', 'float32', ['n', 32])],
      initializers: [tensor('w', 'float32', [32, 256], weights)],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: 'wide/MatMul' })],
      outputs: ['y'],
    }),
  });
  return { model: resolve(cwd, 'wide.onnx'), data: 'random:20000', batchSize: 64 };
}

describe('a pass until its numbers are known', () => {
  it('ends there, with the numbers of just these samples', async () => {
    const notices: string[] = [];
    const run = await analyze({ ...base, until: 0.05, onNotice: (text) => notices.push(text) });
    const { samples } = run.data;
    expect(samples).toBeGreaterThanOrEqual(32 * 8);
    expect(samples).toBeLessThan(6000);
    expect(run.until).toMatchObject({ targets: [{ within: 0.05 }], reached: true, open: [] });
    expect(notices.at(-1)).toContain(`ended after ${samples} samples`.replace(/(\d)(\d{3}) /, '$1,$2 '));
    for (const { uncertainty } of run.layers) {
      if (!uncertainty) throw new Error('no error is told');
      const { interval, bias } = uncertainty.saturation;
      expect(Math.abs(bias)).toBeLessThanOrEqual(0.05);
      // Ends of the interval are whole directions.
      expect(interval[1] - interval[0]).toBeLessThanOrEqual(2 * 0.05 + 1 / 10);
    }
    const these = await analyze({ ...base, maxSamples: samples, inOrder: true });
    expect(run.layers).toEqual(these.layers);
  });

  it('ends also where layers are measured at their inputs', async () => {
    const run = await analyze({ ...(await wide()), until: 0.05 });
    expect(run.layers[0].measuredAt).toBe('input');
    expect(run.until?.reached).toBe(true);
    expect(run.data.samples).toBeLessThan(20_000);
  });

  it('reads all where that does not suffice, and says what is left', async () => {
    const run = await analyze({ ...base, data: 'random:400', until: ['0.5', 'fc=0.00001'] });
    expect(run.data.samples).toBe(400);
    expect(run.until).toMatchObject({ reached: false, open: ['fc'] });
    expect(run.warnings?.join('\n')).toMatch(
      /all 400 samples were read, and the saturation of 1 of 20 layers is not yet known to ± 50 points, fc ± 0.001 points: fc/,
    );
  });

  it.each<[Partial<AnalyzeOptions>, string]>([
    [{ until: '0' }, '--until 0 says not how well'],
    [{ until: 'one' }, '--until one says not how well'],
    [{ until: '=0.1' }, '--until =0.1 says not how well'],
    [{ until: 'nothing*=0.1' }, '--until nothing*=0.1 matches no layer'],
    [{ until: 0.1, uncertainty: false }, 'drop one of the two'],
    [{ until: 0.1, shard: '1/2' }, '--until does not go with --shard'],
    [{ inOrderIsRandom: true }, '--in-order-is-random has no effect without --until'],
    [{ until: 0.1, data: resolve('fixtures/mnist'), inOrder: true }, 'is read in order'],
  ])('is refused where it means nothing: %o', async (options, sentence) => {
    await expect(analyze({ ...base, ...options })).rejects.toThrow(sentence);
  });

  it('takes the word of who has shuffled the data', async () => {
    const options = { ...base, data: resolve('fixtures/mnist'), inOrder: true, inOrderIsRandom: true };
    const run = await analyze({ ...options, until: 0.3 });
    expect(run.data.samples).toBeLessThan(397);
    expect(run.until?.reached).toBe(true);
  });
});
