import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type * as Api from '../../src/index.js';
import { npyBytes } from '../data/npyBytes.js';
import { built as builtModule } from '../support/built.js';
import type { AttributeValue } from '../support/models.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { isMutationTest } from '../support/mutationTest.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const { compress, projectLayers, analyze, UserError } = await builtModule<typeof Api>('index.js');

/** By NumPy and the Python package's own PCA layers: fixtures/compress/make_goldens.py. */
const goldens: {
  model: string;
  layer: string;
  threshold: number;
  kept: number;
  logits: number[][];
}[] = JSON.parse(await readFile('fixtures/compress/goldens.json', 'utf8'));

const CNN = resolve('fixtures/mnist-cnn.onnx');
const IMAGES = resolve('fixtures/mnist');

async function logitsOf(model: string): Promise<number[][]> {
  const session = await ort.InferenceSession.create(model);
  const raw = await readFile('fixtures/mnist.npy');
  const pixels = Float32Array.from(raw.subarray(raw.length - 397 * 784), (byte) => Math.fround(byte) / 255);
  const shape = model.includes('rnn') ? [12, 28, 28] : [12, 1, 28, 28];
  const input = new ort.Tensor('float32', pixels.slice(0, 12 * 784), shape);
  const [output] = Object.values(await session.run({ [session.inputNames[0]]: input }));
  const values = [...(output.data as Float32Array)];
  return Array.from({ length: 12 }, (_, row) => values.slice(row * 10, row * 10 + 10));
}

const largestDifference = (a: readonly number[][], b: readonly number[][]): number =>
  Math.max(...a.flatMap((row, i) => row.map((entry, j) => Math.abs(entry - b[i][j]))));

/** The images of fixtures/mnist.npy as floats of 0 … 1. */
async function floatImages(folder: string): Promise<string> {
  const raw = await readFile('fixtures/mnist.npy');
  const pixels = Float32Array.from(raw.subarray(raw.length - 397 * 784), (byte) => Math.fround(byte) / 255);
  const path = join(folder, 'images.npy');
  await writeFile(path, npyBytes("'<f4'", '(397, 28, 28)', pixels));
  return path;
}

describe.each(goldens)(
  'one layer of $model, $layer at $threshold',
  ({ model, layer, threshold, kept, logits }) => {
    it('gives the logits of NumPy when it is projected and when it is factored', async () => {
      const folder = await temporaryDirectory();
      const data = await floatImages(folder);
      const path = resolve(`fixtures/${model}.onnx`);
      const output = join(folder, `${model}-out.onnx`);
      const options = { model: path, data, layers: [layer], threshold, provider: 'cpu' as const };
      const projection = await projectLayers({ ...options, output });
      expect(projection.layers).toEqual([{ name: layer, features: expect.any(Number), kept }]);
      const scale = Math.max(...logits.flat().map(Math.abs));
      expect(largestDifference(await logitsOf(output), logits) / scale).toBeLessThan(2e-5);
      const compression = await compress({ ...options, output });
      expect(compression.layers.find(({ name }) => name === layer)).toMatchObject({
        kept,
        action: 'factored',
      });
      expect(largestDifference(await logitsOf(output), logits) / scale).toBeLessThan(2e-5);
    });
  },
);

/** Seeded, so that nothing depends on the day. */
function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 30 - 1;
  });
}

interface Case {
  readonly dims: readonly number[];
  readonly nodes: Parameters<typeof modelBytes>[0]['nodes'];
  readonly weights: Readonly<Record<string, readonly number[]>>;
  /** What becomes of the layers. */
  readonly actions: readonly string[];
}

const attributes = (given: Record<string, AttributeValue>) => given;
const conv = (extra: Record<string, AttributeValue> = {}) => attributes({ ...extra });

const cases: Record<string, Case> = {
  'a 2-D convolution with strides, pads and dilation': {
    dims: [4, 9, 9],
    nodes: [
      node(
        'Conv',
        ['x', 'w', 'b'],
        ['y'],
        conv({ strides: [2n, 1n], pads: [1n, 2n, 1n, 2n], dilations: [1n, 2n] }),
      ),
    ],
    weights: { w: [16, 4, 3, 3], b: [16] },
    actions: ['factored'],
  },
  'a 1-D convolution without bias': {
    dims: [6, 30],
    nodes: [node('Conv', ['x', 'w'], ['y'])],
    weights: { w: [24, 6, 5] },
    actions: ['factored'],
  },
  'a 3-D convolution': {
    dims: [3, 4, 5, 6],
    nodes: [node('Conv', ['x', 'w', 'b'], ['y'])],
    weights: { w: [20, 3, 2, 2, 2], b: [20] },
    actions: ['factored'],
  },
  'a transposed convolution': {
    dims: [12, 6, 6],
    nodes: [node('ConvTranspose', ['x', 'w', 'b'], ['y'], conv({ strides: [1n, 2n] }))],
    weights: { w: [12, 24, 3, 3], b: [24] },
    actions: ['factored'],
  },
  'a Gemm with scales and a transposed weight': {
    dims: [20],
    nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { alpha: 0.5, beta: 2, transB: 1n })],
    weights: { w: [30, 20], b: [30] },
    actions: ['factored'],
  },
  'a MatMul over positions with its bias': {
    dims: [7, 20],
    nodes: [node('MatMul', ['x', 'w'], ['p']), node('Add', ['b', 'p'], ['y'])],
    weights: { w: [20, 30], b: [30] },
    actions: ['factored'],
  },
  'a convolution before another, which takes fewer features then': {
    dims: [3, 8, 8],
    nodes: [
      node('Conv', ['x', 'w', 'b'], ['h'], { pads: [1n, 1n, 1n, 1n] }),
      node('Conv', ['h', 'v', 'c'], ['y']),
    ],
    weights: { w: [12, 3, 3, 3], b: [12], v: [5, 12, 2, 2], c: [5] },
    actions: ['narrowed', 'left'],
  },
  'a convolution before a padded one, which would take its mean for zeros': {
    dims: [8, 8, 8],
    nodes: [
      node('Conv', ['x', 'w', 'b'], ['h']),
      node('Conv', ['h', 'v'], ['y'], { pads: [1n, 1n, 1n, 1n] }),
    ],
    weights: { w: [16, 8, 3, 3], b: [16], v: [4, 16, 3, 3] },
    actions: ['factored', 'left'],
  },
  'MatMuls in a row': {
    dims: [5, 10],
    nodes: [
      node('MatMul', ['x', 'w'], ['p']),
      node('Add', ['p', 'b'], ['h']),
      node('MatMul', ['h', 'v'], ['y']),
    ],
    weights: { w: [10, 20], b: [20], v: [20, 6] },
    actions: ['narrowed', 'left'],
  },
  'a convolution that is flattened before a Gemm': {
    dims: [2, 5, 5],
    nodes: [
      node('Conv', ['x', 'w', 'b'], ['h']),
      node('Flatten', ['h'], ['f']),
      node('Gemm', ['f', 'v', 'c'], ['y']),
    ],
    weights: { w: [8, 2, 3, 3], b: [8], v: [72, 4], c: [4] },
    actions: ['narrowed', 'left'],
  },
  'a layer whose output is also the model’s': {
    dims: [5, 12],
    nodes: [node('MatMul', ['x', 'w'], ['h']), node('MatMul', ['h', 'v'], ['y'])],
    weights: { w: [12, 24], v: [24, 6] },
    actions: ['factored', 'left'],
  },
};

async function built({ dims, nodes, weights }: Case, outputs: readonly string[], seed = 1) {
  const folder = await temporaryDirectory();
  const model = join(folder, 'model.onnx');
  const size = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);
  await writeFile(
    model,
    modelBytes({
      inputs: [value('x', 'float32', ['n', ...dims])],
      nodes,
      outputs: [...outputs],
      initializers: Object.entries(weights).map(([name, shape], i) =>
        tensor(name, 'float32', shape, numbers(size(shape), seed + i)),
      ),
    }),
  );
  const data = join(folder, 'x.npy');
  const values = Float32Array.from(numbers(70 * size(dims), 99));
  await writeFile(data, npyBytes("'<f4'", `(70, ${dims.join(', ')})`, values));
  return { folder, model, data };
}

describe('factoring a layer is the same as projecting it', () => {
  it.each(Object.entries(cases))('%s', async (name, each) => {
    const outputs = name.includes('also the model') ? ['y', 'h'] : ['y'];
    const { folder, model, data } = await built(each, outputs);
    const options = { model, data, threshold: 0.7, provider: 'cpu' as const, batchSize: 16 };
    const small = join(folder, 'small.onnx');
    const { layers } = await compress({
      ...options,
      output: small,
      ...(each.actions.length > 1 ? { layers: [await firstLayer(model)] } : {}),
    });
    expect(layers.map(({ action }) => action)).toEqual(each.actions);
    const projected = join(folder, 'projected.onnx');
    await projectLayers({ ...options, output: projected, layers: [layers[0].name] });
    const input = new ort.Tensor(
      'float32',
      Float32Array.from(numbers(6 * each.dims.reduce((a, b) => a * b, 1), 3)),
      [6, ...each.dims],
    );
    const [a, b, c] = await Promise.all(
      [small, projected, model].map(async (path) => {
        const { y } = await (await ort.InferenceSession.create(path)).run({ x: input });
        return y.data as Float32Array;
      }),
    );
    const scale = Math.max(...c.map(Math.abs));
    expect(Math.max(...a.map((entry, i) => Math.abs(entry - b[i]))) / scale).toBeLessThan(1e-5);
    // And it is not what the model gave before.
    expect(Math.max(...a.map((entry, i) => Math.abs(entry - c[i]))) / scale).toBeGreaterThan(1e-3);
  });
});

const firstLayer = async (model: string): Promise<string> => {
  const run = await analyze({ model, data: 'random:8', provider: 'cpu' });
  return run.layers[0].name;
};

describe('what cannot vary', () => {
  it('is left out without a loss: 3 of 16 features behind a bottleneck of rank 3', async () => {
    const { folder, model, data } = await built(
      {
        dims: [9, 12],
        nodes: [
          node('MatMul', ['x', 'u'], ['h']),
          node('Relu', ['h'], ['r']),
          node('MatMul', ['r', 'w'], ['y']),
        ],
        weights: { u: [12, 3], w: [3, 16] },
        actions: [],
      },
      ['y'],
    );
    const output = join(folder, 'small.onnx');
    // Three features in: two layers of 3 → 3 → 16 cost more than the one.
    await expect(compress({ model, data, output, threshold: 0.999999, provider: 'cpu' })).rejects.toThrow(
      /nothing is gained at this threshold .*3 of 16 directions in two layers would take more operations/,
    );
  });
});

describe('delve compress', () => {
  it('keeps names, opset and metadata, and can be analysed again', async () => {
    const folder = await temporaryDirectory();
    const output = join(folder, 'small.onnx');
    const compression = await compress({
      model: CNN,
      data: IMAGES,
      threshold: 0.98,
      output,
      control: true,
      provider: 'cpu',
    });
    const { accuracy, control, macs, parameters, bytes } = compression;
    // The bundled network: 393 of 397 right; half of its weights and operations are not needed for that.
    expect(accuracy?.before).toBeCloseTo(393 / 397, 6);
    expect(accuracy?.after).toBeGreaterThan(0.985);
    expect(macs.after / macs.before).toBeLessThan(0.62);
    expect(parameters.after / parameters.before).toBeLessThan(0.62);
    expect(bytes.after).toBe((await readFile(output)).length);
    // Chance is 10 %.
    expect(control?.accuracy?.after).toBeLessThan(0.2);
    const run = await analyze({ model: output, data: IMAGES, provider: 'cpu' });
    expect(run.layers[0].name).toBe('stem.project');
    expect(run.layers[1].name).toBe('stem.expand');
    expect(run.model).toMatchObject({ opset: 17, producer: 'pytorch 1.13.0' });
    const total = run.layers.reduce((sum, layer) => sum + (layer.parameters ?? 0), 0);
    expect(total).toBe(parameters.after);
  });

  it('takes the moments of a run instead of a first pass', async () => {
    const folder = await temporaryDirectory();
    const run = join(folder, 'cnn.delve');
    await analyze({ model: CNN, data: IMAGES, moments: true, out: run, provider: 'cpu' });
    const options = { model: CNN, data: IMAGES, threshold: 0.95, provider: 'cpu' as const };
    const [one, other] = [await compress({ ...options, run }), await compress(options)];
    expect(one.layers.map(({ kept }) => kept)).toEqual(other.layers.map(({ kept }) => kept));
    expect(one.macs).toEqual(other.macs);
    await expect(compress({ ...options, model: resolve('fixtures/mnist-cnn-bn.onnx'), run })).rejects.toThrow(
      /is a run of .*mnist-cnn\.onnx, not of this model/,
    );
  });

  it.skipIf(isMutationTest)(
    'finds the thresholds for a drop and for a share of the operations, judged on batches held out',
    async () => {
      const options = {
        model: CNN,
        data: IMAGES,
        provider: 'cpu' as const,
        layers: ['layer5.*', 'layer6.*'],
        batchSize: 50,
      };
      const drop = await compress({ ...options, maxDrop: 0.01 });
      expect(drop.data).toMatchObject({ heldOut: true, samples: 4 * 50 - 3 });
      expect((drop.accuracy?.before ?? 0) - (drop.accuracy?.after ?? 1)).toBeLessThanOrEqual(0.01);
      const macs = await compress({ ...options, targetMacs: 0.8 });
      expect(macs.macs.after / macs.macs.before).toBeLessThanOrEqual(0.8);
      expect(new Set(Object.values(macs.thresholds)).size).toBeGreaterThan(1);
      await expect(compress({ ...options, targetMacs: 0.1 })).rejects.toThrow(
        /--target-macs 10 % cannot be reached/,
      );
    },
    120_000,
  );

  it('copies external data into a file of its own, without what is not needed any more', async () => {
    const { folder, model, data } = await built(cases['MatMuls in a row'], ['y']);
    const session = await withExternalData(model);
    await mkdir(join(folder, 'out'));
    const output = join(folder, 'out', 'small.onnx');
    const layer = await firstLayer(session);
    await compress({ model: session, data, output, threshold: 0.7, layers: [layer], provider: 'cpu' });
    const small = await ort.InferenceSession.create(output);
    const input = new ort.Tensor('float32', Float32Array.from(numbers(50, 1)), [1, 5, 10]);
    expect((await small.run({ x: input })).y.dims).toEqual([1, 5, 6]);
  });

  it.each([
    ['two goals', { threshold: 0.9, maxDrop: 0.01 }, /--threshold and --max-drop cannot both be reached/],
    ['a threshold that is none', { threshold: 1.5 }, /--threshold 1\.5 is not a share of variance/],
    ['a threshold that keeps everything', { threshold: 1 }, /nothing is gained at this threshold/],
    ['the model as output', { output: CNN }, /is the model itself/],
    ['a folder that is not there', { output: '/nowhere/at/all.onnx' }, /there is no folder/],
    ['layers that do not exist', { layers: ['nope'] }, /nope/],
  ])('%s: one sentence, and nothing is written', async (_, options, message) => {
    const error = await compress({ model: CNN, data: IMAGES, provider: 'cpu', ...options }).catch(
      (each) => each,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
  });

  it('refuses a model without weights, and writes nothing', async () => {
    const { folder, model, data } = await built(
      { dims: [4], nodes: [node('Relu', ['x'], ['y'])], weights: {}, actions: [] },
      ['y'],
    );
    const output = join(folder, 'small.onnx');
    for (const write of [compress, projectLayers]) {
      await expect(write({ model, data, output, provider: 'cpu' })).rejects.toThrow(
        /^the model has no layer that could be made smaller \(it has no convolution and no product with a weight\)/,
      );
    }
    expect((await readdir(folder)).sort()).toEqual(['model.onnx', 'x.npy']);
  });

  it('says why nothing can be made smaller of a model of recurrent layers', async () => {
    const rnn = resolve('fixtures/mnist-rnn.onnx');
    const data = await floatImages(await temporaryDirectory());
    const { layers } = await compress({ model: rnn, data, threshold: 0.9, provider: 'cpu' });
    expect(layers.find(({ name }) => name === 'lstm')).toMatchObject({
      action: 'left',
      reason: 'recurrent layers feed back what they give, and are not compressed',
    });
  });
});

describe('delve project', () => {
  it('loses nothing with all directions, and everything with as many random ones', async () => {
    const options = { model: CNN, data: IMAGES, provider: 'cpu' as const };
    const all = await projectLayers({ ...options, threshold: 1 });
    // Directions that cannot be told from 0 are left out; the rest is float32 rounding of 20 layers.
    expect(all.result.outputs[0].relativeError).toBeLessThan(1e-3);
    expect(all.result.agreement).toBe(1);
    const random = await projectLayers({ ...options, threshold: 0.9, random: true });
    expect(random.result.accuracy).toBeLessThan(0.3);
    const leading = await projectLayers({ ...options, threshold: 0.9 });
    expect(leading.result.accuracy).toBeGreaterThan(0.9);
  });

  it('sweeps all layers at once and each alone', async () => {
    const { sweep = [], layers } = await projectLayers({
      ...{ model: CNN, data: IMAGES, provider: 'cpu', layers: ['layer5.*'] },
      sweep: [0.5, 0.9],
    });
    expect(layers).toHaveLength(3);
    expect(sweep.map(({ threshold, layer }) => [threshold, layer])).toEqual([
      [0.5, undefined],
      ...layers.map(({ name }) => [0.5, name]),
      [0.9, undefined],
      ...layers.map(({ name }) => [0.9, name]),
    ]);
  });
});

/** The same model with its weights in a file beside it. */
async function withExternalData(model: string): Promise<string> {
  const { readModelFile } = await import('../../src/onnx/modelFile.js');
  const { toBinary } = await import('@bufbuild/protobuf');
  const { ModelProtoSchema, TensorProto_DataLocation } = await import('../../src/onnx/proto/onnx_pb.js');
  const { proto } = await readModelFile(model);
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const each of proto.graph?.initializer ?? []) {
    const bytes =
      each.rawData.length > 0 ? each.rawData : new Uint8Array(Float32Array.from(each.floatData).buffer);
    each.externalData = [
      { key: 'location', value: 'weights.bin' },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(bytes.length) },
    ].map((entry) => ({ $typeName: 'onnx.StringStringEntryProto', ...entry }));
    each.dataLocation = TensorProto_DataLocation.EXTERNAL;
    parts.push(Uint8Array.from(bytes));
    offset += bytes.length;
    each.rawData = new Uint8Array(0);
    each.floatData = [];
  }
  const path = model.replace('model.onnx', 'external.onnx');
  await writeFile(path, toBinary(ModelProtoSchema, proto));
  await writeFile(path.replace('external.onnx', 'weights.bin'), Buffer.concat(parts));
  return path;
}
