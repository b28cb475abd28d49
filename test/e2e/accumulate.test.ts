import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnalyzeOptions, Run } from '../../src/index.js';

const { analyze, diffRuns }: typeof import('../../src/index.js') = await import(
  new URL('../../dist/index.js', import.meta.url).href
);
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

/** 397 digits in batches of 60: six of them and a rest of 37. */
const of = (model: string, options: Partial<AnalyzeOptions> = {}): AnalyzeOptions => ({
  model: fixture(model),
  data: fixture('mnist'),
  provider: 'cpu',
  batchSize: 60,
  ...options,
});

/** Seven batches and a rest of 4. */
const few = { maxSamples: 67, batchSize: 9 };

/** The largest difference of two runs in trace and eigenvalues, as a share of the layer's trace. */
function difference(a: Run, b: Run): number {
  expect(b.layers.map(({ name, observations, invalid }) => ({ name, observations, invalid }))).toEqual(
    a.layers.map(({ name, observations, invalid }) => ({ name, observations, invalid })),
  );
  expect(b.data.samples).toBe(a.data.samples);
  return Math.max(
    ...a.layers.map((layer, i) => {
      const [one, other] = [layer, b.layers[i]].map(({ trace, eigenvalues }) => [trace ?? 0, ...eigenvalues]);
      expect(other).toHaveLength(one.length);
      return Math.max(...one.map((value, k) => Math.abs(value - other[k]))) / (layer.trace || 1);
    }),
  );
}

describe('batches added up inside one run', () => {
  it.each([
    ['channelwise', of('mnist-cnn.onnx')],
    ['at the outputs', of('mnist-cnn.onnx', { measureAt: 'output' })],
    ['float32 and its shift', of('mnist-cnn.onnx', { precision: 'float32' })],
    ['mean', of('mnist-cnn.onnx', { convMethod: 'mean' })],
    ['max', of('mnist-cnn-bn.onnx', { convMethod: 'max' })],
    ['median', of('mnist-cnn-bn.onnx', { convMethod: 'median', ...few })],
    ['flatten', of('mnist-cnn.onnx', { convMethod: 'flatten', interpolate: 2, ...few })],
    ['recurrent, last', of('mnist-rnn.onnx', { sequenceMethod: 'last' })],
    [
      'recurrent, timestepwise',
      of('mnist-rnn.onnx', { sequenceMethod: 'timestepwise', precision: 'float32' }),
    ],
    [
      'recurrent, flatten',
      of('mnist-rnn.onnx', { sequenceMethod: 'flatten', maxSamples: 101, batchSize: 15 }),
    ],
    ['every second batch', of('mnist-cnn.onnx', { every: 2, batchSize: 17 })],
  ])('give what one a run gives: %s', async (_, options) => {
    const one = await analyze({ ...options, accumulate: 1 });
    for (const accumulate of [2, 3, 7]) {
      const several = await analyze({ ...options, accumulate });
      expect(several.settings.accumulate).toBe(accumulate);
      expect(difference(one, several)).toBeLessThan(1e-12);
    }
  });

  it('are one on the CPU where nothing is said', async () => {
    const notices: string[] = [];
    const run = await analyze({ ...of('mnist-cnn.onnx'), onNotice: (text) => notices.push(text) });
    expect(run.settings.accumulate).toBe(1);
    expect(notices.join('\n')).not.toMatch(/accumulate|batches a run|batches added/);
  });
});

describe('diffRuns', () => {
  let runs: Run[];
  beforeAll(async () => {
    runs = await Promise.all([1, 4].map((accumulate) => analyze({ ...of('mnist-cnn.onnx'), accumulate })));
  });

  it('says nothing about how many batches a run took', () => {
    expect(runs.map(({ settings }) => settings.accumulate)).toEqual([1, 4]);
    expect(diffRuns(runs[0], runs[1]).settings).toEqual([]);
  });
});
