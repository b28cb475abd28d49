import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lstm } from '../../bench/models/lstm.js';
import { resnet50 } from '../../bench/models/resnet50.js';
import { transformer } from '../../bench/models/transformer.js';
import { vgg16 } from '../../bench/models/vgg16.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { readModelFile } from '../../src/onnx/modelFile.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delve-models-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(name: string, bytes: Uint8Array) {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, bytes);
  const { layers } = findLayers(await readModelFile(path));
  const parameters = layers.reduce((sum, layer) => sum + (layer.parameters ?? Number.NaN), 0);
  return { path, layers, parameters };
}

/** The dimensions of the output for an input of `dims`; fails where the values are not finite or all zero. */
async function outputDims(path: string, dims: readonly number[]): Promise<readonly number[]> {
  const session = await ort.InferenceSession.create(path);
  try {
    const length = dims.reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length }, (_, i) => Math.sin(i));
    const [output] = Object.values(await session.run({ input: new ort.Tensor('float32', values, dims) }));
    if (!(output.data instanceof Float32Array)) throw new Error(`the output is ${output.type}`);
    const largest = output.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeGreaterThan(1e-3);
    // He's weights double the variance at each of ResNet50's 16 sums: 2⁸ times the scale of the input, and some.
    expect(largest).toBeLessThan(10_000);
    return output.dims;
  } finally {
    await session.release();
  }
}

it('has VGG16 for 32 × 32 with its 13 convolutions and 3 fully connected layers', async () => {
  const { path, layers, parameters } = await written('vgg16', vgg16());
  expect(layers.map(({ name }) => name)).toEqual([
    // The indices of torchvision's `features` without BatchNorm.
    ...[0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28].map((i) => `features.${i}`),
    ...[0, 2, 4].map((i) => `classifier.${i}`),
  ]);
  // 14,714,688 are published for the convolutions (Keras' VGG16 without its top).
  expect(parameters).toBe(14_714_688 + 2 * (512 * 512 + 512) + 512 * 10 + 10);
  expect(await outputDims(path, [2, 3, 32, 32])).toEqual([2, 10]);
});

it('has ResNet50 with the layers and parameters of torchvision', async () => {
  const { path, layers, parameters } = await written('resnet50', resnet50());
  expect(layers).toHaveLength(54);
  expect(layers.slice(0, 5).map(({ name }) => name)).toEqual([
    'conv1',
    ...['conv1', 'conv2', 'conv3', 'downsample.0'].map((name) => `layer1.0.${name}`),
  ]);
  expect(layers.filter(({ features }) => features === 2048)).toHaveLength(4);
  // torchvision's resnet50 has 25,557,032, of which 2 × 26,560 belong to BatchNorms; folded, 26,560 biases stay.
  expect(parameters).toBe(25_557_032 - 26_560);
  expect(await outputDims(path, [1, 3, 64, 64])).toEqual([1, 1000]);
});

it('has a stack of 12 transformer blocks of width 384 with 4 linear layers each', async () => {
  const { path, layers, parameters } = await written('transformer', transformer());
  expect(layers.map(({ name, features }) => [name, features])).toEqual(
    Array.from({ length: 12 }, (_, i) => [
      [`blocks.${i}.attn.qkv`, 1152],
      [`blocks.${i}.attn.proj`, 384],
      [`blocks.${i}.mlp.fc1`, 1536],
      [`blocks.${i}.mlp.fc2`, 384],
    ]).flat(),
  );
  // A block of torchvision's or timm's ViT-S has 1,774,464, of which 4 × 384 belong to LayerNorms.
  expect(parameters).toBe(12 * (1_774_464 - 4 * 384));
  expect(await outputDims(path, [2, 197, 384])).toEqual([2, 197, 384]);
});

it('has two LSTM layers of 256 units', async () => {
  const { path, layers, parameters } = await written('lstm', lstm());
  expect(layers.map(({ name, op, features }) => [name, op, features])).toEqual([
    ['lstm1', 'LSTM', 256],
    ['lstm2', 'LSTM', 256],
  ]);
  // As torch.nn.LSTM counts them: four gates, weights of inputs and state, two biases each.
  expect(parameters).toBe(4 * 256 * (64 + 256 + 2) + 4 * 256 * (256 + 256 + 2));
  expect(await outputDims(path, [3, 100, 64])).toEqual([3, 100, 256]);
});

it('gives the same bytes for the same seed', () => {
  expect(Buffer.compare(lstm(7), lstm(7))).toBe(0);
  expect(Buffer.compare(lstm(7), lstm(8))).not.toBe(0);
});
