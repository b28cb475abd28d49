import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { normalNumbers, uniformNumbers } from '../../src/data/readers/randomNumbers.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { initialWeights, looksInitial } from '../../src/layers/initialWeights.js';
import { type ModelFile, readModelFile } from '../../src/onnx/modelFile.js';
import { inMemory } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

const uniform = (count: number, bound: number, seed = 1) => {
  const next = uniformNumbers(seed);
  return Float32Array.from({ length: count }, () => bound * (2 * next() - 1));
};
const normal = (count: number, deviation: number, seed = 1) => {
  const next = normalNumbers(uniformNumbers(seed));
  return Float32Array.from({ length: count }, () => deviation * next());
};
const fans = { in: 50, out: 80 };

describe('weights as an initialisation draws them', () => {
  it.each([
    ['PyTorch', uniform(4000, 1 / Math.sqrt(50))],
    ['Keras', uniform(4000, Math.sqrt(6 / 130))],
    ['He, uniform', uniform(4000, Math.sqrt(6 / 50))],
    ['torchvision', normal(4000, Math.sqrt(2 / 80))],
    ['transformers', normal(4000, 0.02)],
    ['He, normal, by inputs', normal(4000, Math.sqrt(2 / 50))],
    ['LeCun', normal(4000, Math.sqrt(1 / 50))],
    ['Glorot, normal', normal(4000, Math.sqrt(2 / 130))],
  ])('%s', (_, values) => {
    expect(looksInitial(values, fans)).toBe(true);
  });

  it.each([
    ['a wider uniform distribution', uniform(4000, 1.2 / Math.sqrt(50))],
    ['a normal one of another variance', normal(4000, 1.2 * Math.sqrt(2 / 80))],
    [
      'trained: a few weights far out',
      uniform(4000, 1 / Math.sqrt(50)).map((w, i) => (i % 50 === 0 ? 3 * w : w)),
    ],
    ['shifted', uniform(4000, 1 / Math.sqrt(50)).map((w) => w + 0.05)],
    ['zeros', new Float32Array(4000)],
    // The variance grows by 4 %, within its error of 11 %; the error of the mean is 0.0016.
    ['shifted a little', normal(4000, 0.02).map((w) => w + 0.004)],
    ['one weight beyond the bound', uniform(4000, 1 / Math.sqrt(50)).fill(1.01 / Math.sqrt(50), 7, 8)],
    // 0.6 · 0.9² / 3 + 0.4 · 0.65² = 0.331: the variance of a uniform distribution up to 1, which none comes near to.
    [
      'none near the bound',
      uniform(4000, 0.9 / Math.sqrt(50)).map((w, i) =>
        i % 5 < 2 ? (0.65 / Math.sqrt(50)) * (i % 2 === 0 ? 1 : -1) : w,
      ),
    ],
    ['uniform, of a variance that normal ones have', uniform(4000, 0.02 * Math.sqrt(3))],
  ])('not: %s', (_, values) => {
    expect(looksInitial(values, fans)).toBe(false);
  });
});

const found = (file: ModelFile) => initialWeights(file, findLayers(file).layers);

/** Two products of 20 → 30 → 20. */
const twoLayers = (first: Float32Array, second: Float32Array) =>
  found(
    inMemory(
      model({
        inputs: [value('x', 'float32', [null, 20])],
        nodes: [
          node('MatMul', ['x', 'a'], ['h']),
          node('Relu', ['h'], ['r']),
          node('MatMul', ['r', 'b'], ['y']),
        ],
        initializers: [
          tensor('a', 'float32', [20, 30], [...first]),
          tensor('b', 'float32', [30, 20], [...second]),
        ],
        outputs: ['y'],
      }),
    ),
  );

describe('a network', () => {
  it('of which all layers are as PyTorch made them is not trained', async () => {
    const made = await twoLayers(uniform(600, 1 / Math.sqrt(20)), uniform(600, 1 / Math.sqrt(30), 2));
    expect(made).toEqual({ layers: 2, of: 2 });
  });

  it('is told by layers of 200 weights or more, two of them at least', async () => {
    const products = (...sizes: number[]) =>
      found(
        inMemory(
          model({
            inputs: [value('x', 'float32')],
            nodes: sizes.map((_, i) => node('MatMul', ['x', `w${i}`], [`y${i}`])),
            initializers: sizes.map((size, i) =>
              tensor(`w${i}`, 'float32', [1, size], [...uniform(size, 1, i + 1)]),
            ),
            outputs: ['y0'],
          }),
        ),
      );
    expect(await products(200, 200)).toEqual({ layers: 2, of: 2 });
    expect(await products(200, 199)).toBeUndefined();
    expect(await products(199, 300, 400)).toEqual({ layers: 2, of: 2 });
  });

  it('is not trained where four of five layers are as they were made, and is where three are', async () => {
    const five = (initial: number) =>
      found(
        inMemory(
          model({
            inputs: [value('x', 'float32', [null, 20, 8, 8])],
            nodes: [0, 1, 2, 3, 4].map((i) => node('Conv', ['x', `w${i}`], [`y${i}`])),
            initializers: [0, 1, 2, 3, 4].map((i) =>
              // 30 kernels of 3 × 3 over 20 channels: 180 numbers go into one.
              tensor(
                `w${i}`,
                'float32',
                [30, 20, 3, 3],
                [...uniform(5400, (i < initial ? 1 : 2) / Math.sqrt(180), i + 1)],
              ),
            ),
            outputs: ['y0'],
          }),
        ),
      );
    expect(await five(4)).toEqual({ layers: 4, of: 5 });
    expect(await five(3)).toBeUndefined();
  });

  it('with a new head on a trained body is', async () => {
    const body = uniform(600, 1 / Math.sqrt(20)).map((weight) => weight ** 3 * 20);
    expect(await twoLayers(body, uniform(600, 1 / Math.sqrt(30), 2))).toBeUndefined();
  });

  it.each(['mnist-cnn', 'mnist-cnn-bn', 'mnist-rnn'])('%s, which is bundled, is trained', async (name) => {
    expect(await found(await readModelFile(resolve(`fixtures/${name}.onnx`)))).toBeUndefined();
  });

  it.each(['vgg13', 'unet', 'mobilenetv2'])('%s of fixtures/cost, as torch made it, is not', async (name) => {
    expect(await found(await readModelFile(resolve(`fixtures/cost/${name}.onnx`)))).toBeDefined();
  });
});
