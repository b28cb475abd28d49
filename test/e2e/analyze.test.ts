import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunLayer } from '../../src/run/schema.js';
import { analyses, expectClose, layerNames as names } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';
import { crossFiles, crossModel } from '../support/crossData.js';

const CNN = resolve('fixtures/mnist-cnn.onnx');
const RNN = resolve('fixtures/mnist-rnn.onnx');
const IMAGES = resolve('fixtures/mnist');

const { at, put, analyze } = analyses();

beforeAll(async () => {
  await put('cross.onnx', crossModel());
  for (const [name, content] of Object.entries(crossFiles)) await put(name, content);
});

describe('which layers are observed', () => {
  const some = ['--data', 'random:2'];

  test('--layers and --exclude take globs, also several with commas', async () => {
    expect(names(await analyze(CNN, ...some, '--layers', 'layer1.*,fc', '--exclude', '*.down.*'))).toEqual([
      'layer1.conv1',
      'layer1.conv2',
      'fc',
    ]);
  });

  test('--ops adds operators, in graph order', async () => {
    const run = await analyze(CNN, ...some, '--ops', 'Relu', '--layers', 'stem,layer1.*,*relu*');
    expect(names(run).slice(0, 1)).toEqual(['stem']);
    expect(new Set(run.layers.map(({ op }) => op))).toEqual(new Set(['Conv', 'Relu']));
    const all = JSON.parse((await delve(['inspect', CNN, '--ops', 'Relu', '--json'])).stdout);
    expect(names(run)).toEqual(names(all).filter((name) => names(run).includes(name)));
  });
});

describe('methods', () => {
  const few = ['--data', IMAGES, '--max-samples', '6'];
  const stem = async (...options: string[]): Promise<RunLayer> =>
    (await analyze(CNN, ...few, '--layers', 'stem', ...options)).layers[0];
  const lstm = async (...options: string[]): Promise<RunLayer> =>
    (await analyze(RNN, ...few, '--layers', 'lstm', ...options)).layers[0];

  test.each([
    [['channelwise'], 6 * 28 * 28, 16],
    [['mean'], 6, 16],
    [['max'], 6, 16],
    [['median'], 6, 16],
    [['flatten', '--interpolate', '4'], 6, 16 * 4 * 4],
    [['channelwise', '--interpolate', '8', '--interpolation', 'nearest'], 6 * 8 * 8, 16],
  ])('--conv-method %j', async (method, observations, features) => {
    expect(await stem('--conv-method', ...method)).toMatchObject({ observations, features });
  });

  test.each([
    ['last', 6, 32],
    ['timestepwise', 6 * 28, 32],
    ['flatten', 6, 28 * 32],
  ])('--sequence-method %s', async (method, observations, features) => {
    expect(await lstm('--sequence-method', method)).toMatchObject({ observations, features });
  });
});

describe('statistics', () => {
  test('several thresholds stand side by side, the first being the one that counts', async () => {
    const run = await analyze(at('cross.onnx'), '--data', at('x.npy'), '--threshold', '0.8,0.99');
    expect(run.settings).toMatchObject({ threshold: 0.8, thresholds: [0.8, 0.99] });
    expect(run.layers[0]).toMatchObject({
      intrinsicDimensionality: 1,
      thresholds: [
        { threshold: 0.8, intrinsicDimensionality: 1 },
        { threshold: 0.99, intrinsicDimensionality: 2 },
      ],
    });
  });

  test('--idim-rule delve counts as the released Python package does', async () => {
    // Shares 0.8, 1, 1: one is below 0.99.
    for (const rule of ['delve', 'delve-0.1.50']) {
      const run = await analyze(at('cross.onnx'), '--data', at('x.npy'), '--idim-rule', rule);
      expect(run.layers[0].intrinsicDimensionality).toBe(1);
      expect(run.settings.idimRule).toBe('delve-0.1.50');
    }
  });

  test('--precision float32 comes close to float64', async () => {
    const [exact, fast] = await Promise.all(
      ['float64', 'float32'].map((precision) =>
        analyze(RNN, '--data', IMAGES, '--max-samples', '64', '--precision', precision),
      ),
    );
    expectClose(fast, exact, 1e-4);
    expect(fast.settings.precision).toBe('float32');
  });
});

describe('where the run goes', () => {
  test('--out names a folder, whose parents are made; --split labels it; the first line on stderr names the provider', async () => {
    const out = at('deep/er/run');
    const args = ['analyze', at('cross.onnx'), '--data', at('x.npy'), '--split', 'train', '--out', out];
    const { code, stdout, stderr } = await delve(args);
    expect(code).toBe(0);
    expect(stdout).toContain('split train');
    expect(stderr).toMatch(/^runs on [^\n]+\nrun written to [^\n]+deep\/er\/run\n$/);
    expect(await readdir(out)).toEqual(['run.json']);
    expect(await readdir(at('deep/er'))).toEqual(['run']);
  });

  test('a run that stands there is replaced', async () => {
    const args = ['analyze', at('cross.onnx'), '--data', at('x.npy'), '--quiet', '--out', at('twice')];
    expect((await delve([...args, '--moments'])).code).toBe(0);
    expect((await readdir(at('twice'))).sort()).toEqual(['moments.safetensors', 'run.json']);
    expect((await delve(args)).code).toBe(0);
    expect(await readdir(at('twice'))).toEqual(['run.json']);
  });
});
