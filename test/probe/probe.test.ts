import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Fitting from '../../src/api/probing/storedRows.js';
import type * as Opening from '../../src/data/open/openData.js';
import type * as Batches from '../../src/engine/eachBatch.js';
import type * as Sums from '../../src/engine/softmaxSums.js';
import type * as Store from '../../src/files/matrixStore.js';
import type * as Api from '../../src/index.js';
import type * as Pooled from '../../src/instrument/pooledOutputs.js';
import type * as Finding from '../../src/layers/findLayers.js';
import type * as ModelFiles from '../../src/onnx/modelFile.js';
import type * as Inputs from '../../src/onnx/modelInput.js';
import { fitSoftmax } from '../../src/probe/softmaxRegression.js';
import { npyBytes } from '../data/npyBytes.js';
import { built } from '../support/built.js';
import { delve } from '../support/commandLine.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { isMutationTest } from '../support/mutationTest.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const { probe } = await built<typeof Api>('index.js');
const { SoftmaxSums } = await built<typeof Sums>('engine/softmaxSums.js');
const { MatrixStore } = await built<typeof Store>('files/matrixStore.js');
const { pooledOutputs } = await built<typeof Pooled>('instrument/pooledOutputs.js');
const { findLayers } = await built<typeof Finding>('layers/findLayers.js');
const { readModelFile } = await built<typeof ModelFiles>('onnx/modelFile.js');
const { eachBatch } = await built<typeof Batches>('engine/eachBatch.js');
const { openData } = await built<typeof Opening>('data/open/openData.js');
const { modelInputs } = await built<typeof Inputs>('onnx/modelInput.js');
const { StoredRows } = await built<typeof Fitting>('api/probing/storedRows.js');

interface Golden {
  readonly pool: number | null;
  readonly layers: Record<string, { features: number; accuracy: number; trainAccuracy: number }>;
}
const goldens: { heldOut: number[]; models: Record<string, Golden> } = JSON.parse(
  await readFile('fixtures/probe/goldens.json', 'utf8'),
);

/** The images of fixtures/mnist as floats, in its order, with their classes beside them. */
async function digits(isImage: boolean): Promise<{ data: string; labels: string }> {
  const folder = await temporaryDirectory();
  const raw = await readFile('fixtures/mnist.npy');
  const pixels = Float32Array.from(raw.subarray(raw.length - 397 * 784), (byte) => Math.fround(byte) / 255);
  const data = join(folder, 'images.npy');
  await writeFile(data, npyBytes("'<f4'", isImage ? '(397, 1, 28, 28)' : '(397, 28, 28)', pixels));
  const { readdir } = await import('node:fs/promises');
  const lines: string[] = [];
  for (const name of (await readdir('fixtures/mnist')).sort()) {
    for (const _ of await readdir(join('fixtures/mnist', name))) lines.push(name);
  }
  const labels = join(folder, 'classes.txt');
  await writeFile(labels, `${lines.join('\n')}\n`);
  return { data, labels };
}

describe.each(Object.entries(goldens.models))('%s', (model, { pool, layers }) => {
  it("has scikit-learn's accuracies on held-out samples and on what it was trained on", async () => {
    const { probe: found, run } = await probe({
      ...{ model: resolve(`fixtures/${model}.onnx`), provider: 'cpu', layers: Object.keys(layers) },
      ...(await digits(model !== 'mnist-rnn')),
      ...(pool === null ? {} : { pool: [pool, pool] }),
    });
    expect(found.layers.map(({ name }) => name).sort()).toEqual(Object.keys(layers).sort());
    expect(found.samples + found.heldOut).toBe(397);
    expect(found.heldOut).toBe(goldens.heldOut.length);
    expect(run.layers).toHaveLength(found.layers.length);
    for (const layer of found.layers) {
      const expected = layers[layer.name];
      expect(layer.features, layer.name).toBe(expected.features);
      // Half a point; one held-out sample is a whole one.
      expect(Math.abs((layer.accuracy ?? -1) - expected.accuracy), layer.name).toBeLessThan(0.005);
      expect(Math.abs((layer.trainAccuracy ?? -1) - expected.trainAccuracy), layer.name).toBeLessThan(0.005);
      const { accuracy } = expected;
      expect(layer.standardError).toBeCloseTo(Math.sqrt((accuracy * (1 - accuracy)) / found.heldOut), 10);
    }
  });
});

describe('loss and gradient', () => {
  const rows = {
    rows: 4,
    columns: 2,
    values: Float64Array.of(0.5, -1, 2, 0.25, -1.5, 3, 7, 7),
  };
  const labels = Int32Array.of(0, 2, 1, 0);
  const counted = Float64Array.of(1, 1, 1, 0);

  it('are those of the formula, and leave out samples that do not count', async () => {
    const sums = await SoftmaxSums.open();
    const classifier = {
      weights: Float64Array.of(0.1, -0.2, 0.3, 0.4, -0.5, 0.6),
      bias: Float64Array.of(0.05, -0.1, 0.2),
    };
    const { loss, weightGradient, biasGradient } = await sums.sums(classifier, { rows, labels, counted });
    let expected = 0;
    const [weights, bias] = [new Float64Array(6), new Float64Array(3)];
    for (let i = 0; i < 3; i++) {
      const [x, y] = rows.values.subarray(2 * i, 2 * i + 2);
      const scores = [0, 1, 2].map(
        (k) => classifier.weights[2 * k] * x + classifier.weights[2 * k + 1] * y + classifier.bias[k],
      );
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      expected += Math.log(total) - scores[labels[i]];
      for (let k = 0; k < 3; k++) {
        const residual = Math.exp(scores[k]) / total - (labels[i] === k ? 1 : 0);
        weights[2 * k] += residual * x;
        weights[2 * k + 1] += residual * y;
        bias[k] += residual;
      }
    }
    expect(loss).toBeCloseTo(expected, 12);
    for (const [i, each] of weightGradient.entries()) expect(each).toBeCloseTo(weights[i], 12);
    for (const [k, each] of biasGradient.entries()) expect(each).toBeCloseTo(bias[k], 12);
    expect([...(await sums.answers(classifier, rows))].map(Number)).toHaveLength(4);
    await sums.release();
  });

  it('lead to a minimum, where the gradient of the penalized loss is that of central differences: 0', async () => {
    const sums = await SoftmaxSums.open();
    const scale = { mean: Float64Array.of(1 / 3, 0.75), deviation: Float64Array.of(1.4, 1.7) };
    const fit = await fitSoftmax((each) => sums.sums(each, { rows, labels, counted }), scale, {
      ...{ classes: 3, samples: 3, l2: 0.5, tolerance: 1e-10 },
    });
    expect(fit.converged).toBe(true);
    // The objective of the documentation, on standardized features, in plain code.
    const objective = (weights: Float64Array, bias: Float64Array) => {
      let loss = 0;
      for (let i = 0; i < 3; i++) {
        const scores = [0, 1, 2].map((k) =>
          [0, 1].reduce((sum, f) => sum + weights[2 * k + f] * rows.values[2 * i + f], bias[k]),
        );
        loss += Math.log(scores.reduce((sum, s) => sum + Math.exp(s), 0)) - scores[labels[i]];
      }
      const penalty = weights.reduce((sum, w, i) => sum + (w * scale.deviation[i % 2]) ** 2, 0);
      return loss + 0.25 * penalty;
    };
    // Along a raw weight the bias moves too: the penalty does not see it, and the minimum is one in all directions.
    const least = objective(fit.weights, fit.bias);
    for (let i = 0; i < 6; i++) {
      for (const sign of [1, -1]) {
        const moved = fit.weights.slice();
        moved[i] += sign * 1e-4;
        expect(objective(moved, fit.bias)).toBeGreaterThan(least);
      }
    }
    await sums.release();
  });
});

describe('features on the disk', () => {
  it('come in pieces that hold every row once, whatever the size of a piece', async () => {
    const store = await MatrixStore.open();
    const values = Float64Array.from({ length: 21 }, (_, i) => i);
    await store.append('x', values.subarray(0, 12));
    await store.append('x', values.subarray(12));
    const split = {
      classes: ['a', 'b'],
      labels: Int32Array.of(0, 1, 0, -1, 1, 0, 1),
      parts: ['train', 'train', 'heldOut', 'unlabelled', 'train', 'heldOut', 'train'] as const,
    };
    for (const numbers of [3, 6, 9, 21, 1000]) {
      const rows = StoredRows.open(store, 'x', split, numbers);
      expect(rows.features).toBe(3);
      const seen: number[] = [];
      const counted: number[] = [];
      for await (const piece of rows.chunks()) {
        seen.push(...piece.rows.values);
        counted.push(...piece.counted);
        expect(piece.rows.values.length).toBeLessThanOrEqual(Math.max(3, numbers));
      }
      expect(seen).toEqual([...values]);
      expect(counted).toEqual([1, 1, 0, 0, 1, 0, 1]);
    }
    await store.close();
  });
});

/** One convolution with the identity as weights, whose output is the image: 3 × 5 positions. */
const identityModel = () =>
  modelBytes({
    nodes: [node('Conv', ['x', 'w'], ['y'])],
    initializers: [tensor('w', 'float32', [1, 1, 1, 1], [1])],
    inputs: [value('x', 'float32', ['n', 1, 3, 5])],
    outputs: ['y'],
  });

describe('a grid of means', () => {
  it.each([
    [2, 3],
    [1, 1],
    [3, 5],
    [4, 7],
  ])('of %i × %i covers 3 × 5 positions as AdaptiveAvgPool2d does', async (rows, columns) => {
    const folder = await temporaryDirectory();
    const path = join(folder, 'model.onnx');
    await writeFile(path, identityModel());
    const pixels = Float32Array.from({ length: 7 * 15 }, (_, i) => Math.sin(i));
    await writeFile(join(folder, 'x.npy'), npyBytes("'<f4'", '(7, 1, 3, 5)', pixels));
    const model = await readModelFile(path);
    const source = await openData({ data: [join(folder, 'x.npy')] }, modelInputs(model.graph));
    const rewritten = pooledOutputs(model, findLayers(model).layers, [rows, columns]);
    const found: number[] = [];
    await eachBatch(
      [{ model: rewritten, inputs: ['x'] }],
      source,
      { provider: 'cpu', batchSize: 4 },
      ([outputs]) => {
        const values = outputs[rewritten.layers[0].pooled].data;
        for (let i = 0; i < values.length; i++) found.push(Number(values[i]));
      },
    );
    await source.close();
    const expected: number[] = [];
    for (let n = 0; n < 7; n++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let [sum, count] = [0, 0];
          for (let h = Math.floor((i * 3) / rows); h < Math.ceil(((i + 1) * 3) / rows); h++) {
            for (let w = Math.floor((j * 5) / columns); w < Math.ceil(((j + 1) * 5) / columns); w++) {
              sum += pixels[n * 15 + h * 5 + w];
              count++;
            }
          }
          expected.push(sum / count);
        }
      }
    }
    expect(found).toHaveLength(expected.length);
    for (const [i, each] of found.entries()) expect(each).toBeCloseTo(expected[i], 12);
  });
});

/** Runs a command line in a folder: files that lie there are named by their paths. */
const delveIn = (folder: string, args: readonly string[]) =>
  delve(args.map((arg) => (/^[\w.]+\.(onnx|npy|txt|delve|svg)$/.test(arg) ? join(folder, arg) : arg)));

describe.skipIf(isMutationTest)('delve probe', () => {
  async function files(labels: string, samples = 12) {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'model.onnx'), identityModel());
    const pixels = Float32Array.from({ length: samples * 15 }, (_, i) => ((i * 7919) % 101) / 100);
    await writeFile(join(folder, 'x.npy'), npyBytes("'<f4'", `(${samples}, 1, 3, 5)`, pixels));
    await writeFile(join(folder, 'labels.txt'), labels);
    return folder;
  }
  const classes = (count: number, samples = 12) =>
    `${Array.from({ length: samples }, (_, i) => `c${i % count}`).join('\n')}\n`;

  it('prints the contract of its JSON', async () => {
    const folder = await files(classes(2));
    const args = ['probe', 'model.onnx', '--data', 'x.npy', '--labels', 'labels.txt', '--quiet'];
    const { code, stdout, stderr } = await delveIn(folder, [...args, '--format', 'json', '--pool', '2x3']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      classes: ['c0', 'c1'],
      samples: 8,
      heldOut: 4,
      pool: [2, 3],
      guessing: 0.5,
    });
    const [layer] = found.layers;
    expect(layer.features).toBe(6);
    expect(layer.accuracy).toBeGreaterThanOrEqual(0);
    expect(layer.accuracy).toBeLessThanOrEqual(1);
    expect(typeof layer.trainAccuracy).toBe('number');
    expect(typeof layer.saturation).toBe('number');
    const csv = await delveIn(folder, [...args, '--format', 'csv']);
    expect(csv.stdout.split('\r\n')[0]).toMatch(/^layer,op,features,accuracy,/);
    const svg = await delveIn(folder, [...args, '--output', 'p.svg']);
    expect(svg.code).toBe(0);
    expect(await readFile(join(folder, 'p.svg'), 'utf8')).toContain('held-out accuracy');
  });

  it.each([
    ['no labels', async () => files(classes(2)), ['--data', 'x.npy'], /x\.npy has no labels to probe for/],
    ['one class', async () => files(classes(1)), ['--labels', 'labels.txt'], /have the label c0/],
    [
      'a class for each sample',
      async () => files(classes(12)),
      ['--labels', 'labels.txt'],
      /no class .* has two samples/,
    ],
    [
      'a share of 1',
      async () => files(classes(2)),
      ['--labels', 'labels.txt', '--held-out', '1'],
      /--held-out 1/,
    ],
    ['a penalty below 0', async () => files(classes(2)), ['--labels', 'labels.txt', '--l2=-1'], /--l2 -1/],
    [
      'a grid of one axis',
      async () => files(classes(2)),
      ['--labels', 'labels.txt', '--pool', '4'],
      /--pool 4 fits no layer/,
    ],
    [
      'a picture without a file',
      async () => files(classes(2)),
      ['--labels', 'labels.txt', '--format', 'png'],
      /--output/,
    ],
    [
      'the model as its target',
      async () => files(classes(2)),
      ['--labels', 'labels.txt', '--output', 'model.onnx'],
      /model\.onnx/,
    ],
  ])('refuses %s in one sentence', async (_, folder, args, sentence) => {
    const cwd = await folder();
    const given = args.includes('--data') ? args : ['--data', 'x.npy', ...args];
    const { code, stdout, stderr } = await delveIn(cwd, ['probe', 'model.onnx', '--quiet', ...given]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses the run of another model', async () => {
    const folder = await files(classes(2));
    await delveIn(folder, [
      'analyze',
      resolve('fixtures/mnist-rnn.onnx'),
      '--data',
      'random:40',
      '--out',
      'r.delve',
    ]);
    const args = ['probe', 'model.onnx', '--data', 'x.npy', '--labels', 'labels.txt', '--run', 'r.delve'];
    const { code, stderr } = await delveIn(folder, [...args, '--quiet']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not of this model/);
  });

  it('names a layer that gave NaN, and probes the others', async () => {
    const folder = await files(classes(2));
    await writeFile(
      join(folder, 'model.onnx'),
      modelBytes({
        nodes: [
          node('Conv', ['x', 'w'], ['y']),
          node('Log', ['minus'], ['z']),
          node('Neg', ['y'], ['minus']),
          node('Conv', ['z', 'w'], ['u']),
        ].sort(
          (a, b) =>
            ['y', 'minus', 'z', 'u'].indexOf(a.output[0]) - ['y', 'minus', 'z', 'u'].indexOf(b.output[0]),
        ),
        initializers: [tensor('w', 'float32', [1, 1, 1, 1], [1])],
        inputs: [value('x', 'float32', ['n', 1, 3, 5])],
        outputs: ['u'],
      }),
    );
    const args = ['probe', 'model.onnx', '--data', 'x.npy', '--labels', 'labels.txt', '--quiet', '--json'];
    const { code, stdout } = await delveIn(folder, args);
    expect(code).toBe(0);
    const [first, second] = JSON.parse(stdout).layers;
    expect(first.accuracy).not.toBeNull();
    expect(second).toMatchObject({ accuracy: null, features: null });
    expect(second.warnings[0]).toMatch(/NaN or Inf/);
  });
});
