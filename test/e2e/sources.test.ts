import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../src/run/schema.js';
import { npyBytes } from '../data/npyBytes.js';
import { analyses, expectClose, layerNames as names } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';
import { CROSS, crossFiles, crossModel, crossNumbers, crossTestSet } from '../support/crossData.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const CNN = resolve('fixtures/mnist-cnn.onnx');
const RNN = resolve('fixtures/mnist-rnn.onnx');
const IMAGES = resolve('fixtures/mnist');

const { at, put, analyze } = analyses();

beforeAll(async () => {
  await put('cross.onnx', crossModel());
  for (const [name, content] of Object.entries({ ...crossFiles, ...crossTestSet })) await put(name, content);
});

const numbers = (run: Run) => run.layers.map(({ eigenvalues: _, ...layer }) => layer);

describe('one set of samples gives the same numbers from', () => {
  test.each([
    ['npy', 'x.npy', []],
    ['npz', 'x.npz', []],
    ['csv', 'x.csv', ['--columns', '2-3,c', '--label-column', 'kind']],
    ['onnx-test-set', '.', []],
    ['npy', 'x=x.npy', ['--reader', 'npy']],
  ])('%s: %s %j', async (reader, source, options) => {
    const data = source.replace(/[^=]*$/, (file) => at(file));
    const run = await analyze(at('cross.onnx'), '--data', data, '--batch', '3', ...options);
    expect(run.data).toMatchObject({ source: data, reader, samples: 4, skipped: 0 });
    expect(run.layers).toMatchObject([crossNumbers]);
    expect(run.layers[0].participationRatio).toBeCloseTo(25 / 17, 12);
    if (reader === 'csv') expect(run.data.labels?.counts).toEqual({ up: 2, down: 2 });
  });
});

describe('images', () => {
  test('are read with their class folders, preprocessed as asked, and so said in the run', async () => {
    const run = await analyze(
      CNN,
      '--data',
      IMAGES,
      '--mean',
      '0.1307',
      '--std',
      '0.3081',
      '--color',
      'gray',
    );
    expect(run.data).toMatchObject({
      reader: 'images',
      samples: 397,
      preprocessing: { mean: [0.1307], std: [0.3081], color: 'gray' },
    });
    expect(Object.values(run.data.labels?.counts ?? {}).reduce((a, b) => a + b)).toBe(397);
    // 393 of 397, as onnxruntime in Python has it on pixels that Pillow decoded.
    expect(run.data.labels).toMatchObject({ classes: 10, samples: 397 });
    const inspected = await delve(['inspect', CNN, '--json']);
    expect(names(run)).toEqual(names(JSON.parse(inspected.stdout)));
  });

  test('a larger picture is brought to the size of the input', async () => {
    const run = await analyze(
      CNN,
      '--data',
      IMAGES,
      '--resize',
      '40x40',
      '--crop',
      '28',
      '--max-samples',
      '5',
    );
    expect(run.data.preprocessing).toMatchObject({ resize: expect.anything(), crop: expect.anything() });
    expect(run.data.samples).toBe(5);
  });

  test('a damaged one is left out, counted and listed with --on-error skip', async () => {
    const png = await readFile(join(IMAGES, '0/003.png'));
    await put('pictures/good.png', png);
    await put('pictures/bad.png', png.subarray(0, 70));
    const run = await analyze(CNN, '--data', at('pictures'), '--on-error', 'skip');
    expect(run.data).toMatchObject({
      samples: 1,
      skipped: 1,
      skippedSamples: [
        { origin: at('pictures/bad.png'), reason: expect.stringMatching(/cannot be decoded/) },
      ],
    });
  });
});

test('random data is the same for the same seed, and the report says that it is random', async () => {
  const [one, same, other] = await Promise.all(
    [['7'], ['7'], ['8']].map(([seed]) => analyze(RNN, '--data', 'random:20', '--seed', seed)),
  );
  expect(numbers(same)).toEqual(numbers(one));
  expect(numbers(other)).not.toEqual(numbers(one));
  expect(one.warnings).toEqual([expect.stringMatching(/random data/)]);
});

describe('several inputs', () => {
  // sum: a + b over three features; a carries the samples, b shifts them, which no covariance sees.
  const two = modelBytes({
    inputs: [value('a', 'float32', ['n', 3]), value('b', 'float32', ['n', 3])],
    nodes: [node('Add', ['a', 'b'], ['s']), node('MatMul', ['s', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
    initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
    outputs: ['y'],
  });

  test('are fed in step from a source each', async () => {
    await put('two.onnx', two);
    await put('b.npy', npyBytes("'<f4'", '(4, 3)', new Float32Array(12).fill(7)));
    const run = await analyze(
      at('two.onnx'),
      '--data',
      `b=${at('b.npy')}`,
      '--data',
      `a=${at('x.npy')}`,
      '--batch',
      '3',
    );
    expect(run.data).toMatchObject({ samples: 4, reader: 'npy' });
    expect(run.layers).toMatchObject([crossNumbers]);
  });

  test('of different lengths are refused', async () => {
    await put('two.onnx', two);
    await put('short.npy', npyBytes("'<f4'", '(3, 3)', new Float32Array(9)));
    const data = ['--data', `b=${at('short.npy')}`, '--data', `a=${at('x.npy')}`];
    const { code, stderr } = await delve([
      'analyze',
      at('two.onnx'),
      ...data,
      '--quiet',
      '--out',
      at('none'),
    ]);
    expect(stderr).toMatch(/^delve: .*short\.npy.*\n$/);
    expect(code).toBe(2);
  });
});

describe('how much of the data is used', () => {
  test.each([
    ['--max-samples', '10'],
    ['--max-samples', '397'],
    ['--max-samples', '1000'],
  ])('%s %s is exact, in batches that do not divide it', async (option, value) => {
    const run = await analyze(RNN, '--data', IMAGES, option, value, '--batch', '7');
    expect(run.data.samples).toBe(Math.min(397, Number(value)));
    for (const { observations } of run.layers.filter(({ op }) => op !== 'MatMul')) {
      expect(observations).toBe(run.data.samples);
    }
  });

  test('--every takes the k-th batches only', async () => {
    // Of batches of one sample, the second and the fourth: (2, −1, 0), (−2, −1, 0).
    const run = await analyze(at('cross.onnx'), '--data', at('x.npy'), '--batch', '1', '--every', '2');
    expect(run.layers).toMatchObject([{ observations: 2, eigenvalues: [4, 0, 0], trace: 4 }]);
    expect(run.settings.every).toBe(2);
  });

  test('the size of the batches changes nothing but rounding', async () => {
    const [all, few] = await Promise.all([
      analyze(RNN, '--data', IMAGES, '--max-samples', '100', '--batch', '100'),
      analyze(RNN, '--data', IMAGES, '--max-samples', '100', '--batch', '7'),
    ]);
    expectClose(few, all, 1e-6);
  });
});

test('the samples of these tests are what their comments say', () => {
  const column = (k: number) => CROSS.filter((_, i) => i % 3 === k);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0) / 4;
  expect([0, 1, 2].map((i) => [0, 1, 2].map((j) => dot(column(i), column(j))))).toEqual([
    [4, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
  ]);
});
