import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resnet18 } from '../../bench/models/resnet18.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { readModelFile } from '../../src/onnx/modelFile.js';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delve-resnet18-'));
  path = join(folder, 'resnet18.onnx');
  await writeFile(path, resnet18());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('has the layers of ResNet18 by the names that torchvision gives them', async () => {
  const { layers } = findLayers(await readModelFile(path));
  const block = (at: string) => [`${at}.conv1`, `${at}.conv2`];
  const narrowing = (at: string) => [...block(at), `${at}.downsample.0`];
  expect(layers.map(({ name }) => name)).toEqual([
    'conv1',
    ...block('layer1.0'),
    ...block('layer1.1'),
    ...narrowing('layer2.0'),
    ...block('layer2.1'),
    ...narrowing('layer3.0'),
    ...block('layer3.1'),
    ...narrowing('layer4.0'),
    ...block('layer4.1'),
    'fc',
  ]);
});

it('has the parameters of ResNet18', async () => {
  const { layers } = findLayers(await readModelFile(path));
  const total = layers.reduce((sum, { parameters = 0 }) => sum + parameters, 0);
  // torchvision's resnet18 has 11,689,512, of which 2 × 4,800 belong to BatchNorms; folded, 4,800 biases stay.
  expect(total).toBe(11_689_512 - 4_800);
});

it('runs on images of any size and number, on the scale of its input', async () => {
  const session = await ort.InferenceSession.create(path);
  try {
    for (const [samples, side] of [
      [2, 32],
      [1, 96],
    ]) {
      const values = Float32Array.from({ length: samples * 3 * side * side }, (_, i) => Math.sin(i));
      const input = new ort.Tensor('float32', values, [samples, 3, side, side]);
      const [logits] = Object.values(await session.run({ input }));
      expect(logits.dims).toEqual([samples, 1000]);
      expect(logits.data).toBeInstanceOf(Float32Array);
      const largest = Math.max(...[...logits.data].map((value) => Math.abs(Number(value))));
      expect(largest).toBeGreaterThan(0.01);
      expect(largest).toBeLessThan(1000);
    }
  } finally {
    await session.release();
  }
});
