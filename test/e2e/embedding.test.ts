import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { type AnalyzeOptions, analyze, mergeSavedRuns, readEmbedding, readRun } from '../../dist/index.js';
import type { Feed } from '../../src/data/feed.js';
import { openData } from '../../src/data/open/openData.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import { modelInputs } from '../../src/onnx/modelInput.js';
import { expectedEmbedding, planeDistance } from '../support/expectedEmbedding.js';
import { ortTensor } from '../support/instrumented.js';
import { type ModelParts, modelBytes, node, tensor, value } from '../support/models.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

/** The activations are float32, and an exposed output keeps ONNX Runtime from fusing what follows it. */
const TOLERANCE = 1e-4;

const images = 'fixtures/mnist';

type Given = Omit<AnalyzeOptions, 'out' | 'embedding' | 'provider'>;

async function embedded(options: Given) {
  const out = join(await temporaryDirectory(), 'out.delve');
  const run = await analyze({ ...options, out, embedding: true, provider: 'cpu' });
  return { out, run, embedding: await readEmbedding(out, await readRun(out)) };
}

/** The same samples, in any batches, through the model itself and plain code. */
async function expected(
  options: Given,
  feedOptions: { batchSize: number; maxSamples?: number; every?: number },
) {
  const model = await readModelFile(options.model);
  const layers = findLayers(model).layers.filter(({ name }) => options.layers?.includes(name) ?? true);
  const source = await openData({ data: [String(options.data)] }, modelInputs(model.graph));
  const feeds: Feed[] = [];
  for await (const feed of source.feeds(feedOptions)) feeds.push(feed);
  await source.close();
  const batches = feeds.map(({ samples, tensors }) => ({
    samples,
    feeds: Object.fromEntries(
      Object.entries(tensors).map(([input, { type, dims, data }]) => [
        input,
        ortTensor(type, dims, Array.from(data, Number)),
      ]),
    ),
  }));
  return expectedEmbedding(model, layers, batches, {
    convMethod: options.convMethod ?? 'channelwise',
    sequenceMethod: options.sequenceMethod,
    precision: 'float64',
  });
}

function expectSame(
  actual: ReadonlyMap<string, Float64Array>,
  wanted: ReadonlyMap<string, [number, number][]>,
): void {
  expect([...actual.keys()]).toEqual([...wanted.keys()]);
  for (const [layer, coordinates] of actual) {
    expect(planeDistance(coordinates, wanted.get(layer) ?? []), layer).toBeLessThan(TOLERANCE);
  }
}

describe('the embedding of the bundled networks is what raw activations and ml-matrix give', () => {
  it.each<[string, Given]>([
    [
      'channelwise',
      { model: 'fixtures/mnist-cnn.onnx', data: images, layers: ['stem', 'layer4.conv2', 'fc'] },
    ],
    [
      'pooled by max',
      { model: 'fixtures/mnist-cnn.onnx', data: images, convMethod: 'max', layers: ['stem'] },
    ],
    ['the last step', { model: 'fixtures/mnist-rnn.onnx', data: images }],
    ['every step', { model: 'fixtures/mnist-rnn.onnx', data: images, sequenceMethod: 'timestepwise' }],
  ])('%s', async (_, options) => {
    const { run, embedding } = await embedded({ ...options, batchSize: 15, maxSamples: 40 });
    expectSame(embedding.layers, await expected(options, { batchSize: 40, maxSamples: 40 }));
    expect(embedding.layers.size).toBe(run.layers.length);
  });

  it('of every third batch, up to as many samples as asked for', async () => {
    const options: Given = { model: 'fixtures/mnist-rnn.onnx', data: 'fixtures/mnist.npy' };
    const some = { batchSize: 4, every: 3, maxSamples: 10 };
    const { run, embedding } = await embedded({ ...options, ...some });
    expect(run.data.samples).toBe(10);
    expectSame(embedding.layers, await expected(options, some));
  });
});

describe('embedding.csv', () => {
  it('holds one row per layer and sample, with the labels in the order of the data', async () => {
    const { out, run, embedding } = await embedded({ model: 'fixtures/mnist-rnn.onnx', data: images });
    expect(run.embedding).toBe('embedding.csv');
    const folders = (await readdir(images)).sort();
    const labels = (
      await Promise.all(folders.map(async (label) => (await readdir(join(images, label))).map(() => label)))
    ).flat();
    expect(embedding.labels).toEqual(labels);

    const { data, errors } = Papa.parse<string[]>(await readFile(join(out, 'embedding.csv'), 'utf8'), {
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    expect(data[0]).toEqual(['layer', 'sample', 'label', 'x', 'y']);
    expect(data.slice(1)).toEqual(
      [...embedding.layers].flatMap(([layer, at]) =>
        labels.map((label, s) => [layer, `${s}`, label, `${at[s * 2]}`, `${at[s * 2 + 1]}`]),
      ),
    );
  });

  it('has axes of the variance that the run reports', async () => {
    const { run, embedding } = await embedded({
      model: 'fixtures/mnist-rnn.onnx',
      data: images,
      batchSize: 64,
    });
    expect(run.layers.some(({ observations }) => observations === run.data.samples)).toBe(true);
    for (const { name, eigenvalues, observations } of run.layers) {
      // Where an observation is a sample, the variance of the coordinates is the eigenvalue.
      if (observations !== run.data.samples) continue;
      const at = embedding.layers.get(name) ?? new Float64Array();
      for (const axis of [0, 1]) {
        const along = at.filter((_, i) => i % 2 === axis);
        const variance = along.reduce((sum, x) => sum + (x * x) / along.length, 0);
        expect(variance / eigenvalues[axis], `${name} λ${axis + 1}`).toBeCloseTo(1, 9);
      }
    }
  });

  it('goes when the run is replaced by one without', async () => {
    const { out } = await embedded({ model: 'fixtures/mnist-rnn.onnx', data: images, maxSamples: 4 });
    await analyze({ model: 'fixtures/mnist-rnn.onnx', data: images, maxSamples: 4, out });
    expect(await readdir(out)).toEqual(['run.json']);
    await expect(readEmbedding(out, await readRun(out))).rejects.toThrow(
      `the run ${out} has no embedding.csv: analyze again with --embedding`,
    );
  });

  it('needs a place to go', async () => {
    const options = { model: 'fixtures/mnist-rnn.onnx', data: images, embedding: true };
    await expect(analyze(options)).rejects.toThrow('--embedding has no effect without --out');
  });
});

describe('the second pass', () => {
  it('shows progress, says that it has begun, and names the provider only once', async () => {
    const notices: string[] = [];
    const seen: (number | undefined)[] = [];
    await embedded({
      model: 'fixtures/mnist-rnn.onnx',
      data: images,
      maxSamples: 8,
      batchSize: 4,
      onNotice: (text) => notices.push(text),
      onProgress: ({ samples, total, pass }) => {
        if (pass === 2) seen.push(samples, total);
      },
    });
    expect(notices).toEqual([
      expect.stringMatching(/^images go in as: /),
      expect.stringMatching(/^second pass: projecting the samples of \d+ layers$/),
    ]);
    expect(seen).toEqual([0, 8, 4, 8, 8, 8]);
  });

  it('can be interrupted, and then nothing is written', async () => {
    const abort = new AbortController();
    const out = join(await temporaryDirectory(), 'out.delve');
    const seen = analyze({
      model: 'fixtures/mnist-rnn.onnx',
      data: images,
      batchSize: 4,
      embedding: true,
      out,
      signal: abort.signal,
      onProgress: ({ pass, samples }) => {
        if (pass === 2 && samples === 8) abort.abort();
      },
    });
    await expect(seen).rejects.toMatchObject({
      name: 'InterruptedError',
      message: expect.stringMatching(/^interrupted after 8 of 397 samples of the second pass$/),
    });
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });
});

/** Saves a model and data `x` of `dims`, whose numbers have no order. */
async function saved(parts: ModelParts, dims: readonly number[], values?: readonly number[]) {
  const folder = await temporaryDirectory();
  const size = dims.reduce((product, dim) => product * dim, 1);
  const numbers = values ?? Array.from({ length: size }, (_, i) => ((i * 37) % 101) / 8 - 5);
  await writeFile(join(folder, 'net.onnx'), modelBytes(parts));
  await writeFile(join(folder, 'x.npy'), npy(dims, numbers));
  return { model: join(folder, 'net.onnx'), data: join(folder, 'x.npy') };
}

/** NumPy's format, version 1, float32. */
function npy(dims: readonly number[], values: readonly number[]): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims.join(', ')},), }`.padEnd(117);
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, 'latin1');
  return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
}

const weight = tensor('w', 'float32', [3, 2], [1, -2, 0.5, 1, 3, -1]);

/** fc1 = x W, and what else is asked for. */
const linear = (batch: number | string, more: Partial<ModelParts> = {}): ModelParts => ({
  inputs: [value('x', 'float32', [batch, 3])],
  initializers: [weight, ...(more.initializers ?? [])],
  nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc1/MatMul' }), ...(more.nodes ?? [])],
  outputs: ['y', ...(more.outputs ?? [])],
});

describe('layers of every kind', () => {
  it('a model of a fixed batch size: the padding of the last batch has no rows', async () => {
    const options = await saved(linear(4), [10, 3]);
    const { embedding } = await embedded(options);
    const free = await saved(linear('n'), [10, 3]);
    expectSame(embedding.layers, await expected(free, { batchSize: 10 }));
  });

  it('a dead layer: all its samples lie at 0', async () => {
    const dead = { initializers: [tensor('zeros', 'float32', [2, 2], [0, 0, 0, 0])], outputs: ['z'] };
    const nodes = [node('MatMul', ['y', 'zeros'], ['z'], {}, { name: '/fc2/MatMul' })];
    const { embedding } = await embedded(await saved(linear('n', { ...dead, nodes }), [5, 3]));
    expect(embedding.layers.get('fc2')).toEqual(new Float64Array(10));
  });

  it('a layer of one feature: its samples lie on the x axis', async () => {
    const one = { initializers: [tensor('v', 'float32', [2, 1], [1, 0])], outputs: ['z'] };
    const nodes = [node('MatMul', ['y', 'v'], ['z'], {}, { name: '/fc2/MatMul' })];
    // y = x₀ + 0.5 x₁ + 3 x₂ = 1, 3, 5: the mean is 3.
    const values = [1, 0, 0, 3, 0, 0, 5, 0, 0];
    const { embedding } = await embedded(await saved(linear('n', { ...one, nodes }), [3, 3], values));
    expect(embedding.layers.get('fc2')).toEqual(Float64Array.of(-2, 0, 0, 0, 2, 0));
  });

  it('an invalid layer is left out, and its neighbours are not', async () => {
    const nodes = [
      node('Log', ['x'], ['log']),
      node('MatMul', ['log', 'w'], ['z'], {}, { name: '/fc2/MatMul' }),
    ];
    const { run, embedding } = await embedded(
      await saved(linear('n', { nodes, outputs: ['z'] }), [4, 3], [1, 2, 3, -1, 2, 0, 7, 1, 1, 2, 2, 2]),
    );
    expect(run.layers.map(({ name, invalid }) => [name, invalid !== undefined])).toEqual([
      ['fc1', false],
      ['fc2', true],
    ]);
    expect([...embedding.layers.keys()]).toEqual(['fc1']);
  });

  it('where no layer is valid the file has no rows', async () => {
    const values = Array<number>(6).fill(Number.NaN);
    const { embedding } = await embedded(await saved(linear('n'), [2, 3], values));
    expect(embedding).toEqual({ labels: [], layers: new Map() });
  });

  it('tokens on the axis of the samples: the mean of those of each sample', async () => {
    // [samples, 4 tokens, 3] → [samples · 4, 3] → Gemm.
    const parts: ModelParts = {
      inputs: [value('x', 'float32', ['n', 4, 3])],
      initializers: [weight, tensor('shape', 'int64', [2], [-1, 3])],
      nodes: [
        node('Reshape', ['x', 'shape'], ['tokens']),
        node('Gemm', ['tokens', 'w'], ['y'], {}, { name: '/fc1/Gemm' }),
      ],
      outputs: ['y'],
    };
    const options = await saved(parts, [7, 4, 3]);
    const { embedding } = await embedded({ ...options, batchSize: 3 });
    expectSame(embedding.layers, await expected(options, { batchSize: 7 }));
  });

  it.each([
    ['as many rows as steps', [4, 3, 3], 'its output has 3 rows for 4 samples'],
    ['as many steps as samples', [3, 3, 3], 'its output does not hold the samples in their order'],
    ['twice as many steps', [3, 6, 3], 'its output does not hold the samples in their order'],
  ])('steps before samples, %s: left out, and said so', async (_, dims, reason) => {
    // [samples, steps, 3] → [steps, samples, 3] → MatMul.
    const parts: ModelParts = {
      inputs: [value('x', 'float32', ['n', 't', 3])],
      initializers: [weight],
      nodes: [
        node('Transpose', ['x'], ['steps'], { perm: [1n, 0n, 2n] }),
        node('MatMul', ['steps', 'w'], ['y'], {}, { name: '/fc1/MatMul' }),
      ],
      outputs: ['y'],
    };
    const { run, embedding } = await embedded(await saved(parts, dims));
    expect(embedding.layers.size).toBe(0);
    expect(run.layers[0].warnings).toContain(`not in the embedding: ${reason}`);
    expect(run.layers[0].saturation).not.toBeNull();
  });
});

describe('opsets and merging', () => {
  it('refuses a model of opset 6 before the first pass', async () => {
    const options = await saved({ ...linear('n'), opset: 6 }, [4, 3]);
    await expect(embedded(options)).rejects.toThrow(
      /--embedding needs a model of opset 7 or newer, .* has opset 6/,
    );
  });

  it('merged runs say that embeddings do not add up', async () => {
    const options = { model: 'fixtures/mnist-rnn.onnx', moments: true, data: images };
    const parts = [
      await embedded({ ...options, maxSamples: 8 }),
      await embedded({ ...options, maxSamples: 9 }),
    ];
    const out = join(await temporaryDirectory(), 'all.delve');
    const merged = await mergeSavedRuns(
      parts.map((part) => part.out),
      { out },
    );
    expect(merged.embedding).toBeUndefined();
    expect(merged.warnings).toEqual([expect.stringMatching(/^the embeddings of the parts cannot be merged/)]);
    expect((await readdir(out)).sort()).toEqual(['moments.safetensors', 'run.json']);
  });
});
