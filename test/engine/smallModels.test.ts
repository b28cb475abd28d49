import { describe, expect, it } from 'vitest';
import { constantTensors } from '../../src/engine/constantTensors.js';
import { eachBatch } from '../../src/engine/eachBatch.js';
import { MatrixProduct } from '../../src/engine/matrixProduct.js';
import { SoftmaxSums } from '../../src/engine/softmaxSums.js';
import { tensorShapes } from '../../src/engine/tensorShapes.js';
import { shapeProbe } from '../../src/instrument/shapeProbe.js';
import { memorySource } from '../support/engine.js';
import { inMemory } from '../support/graphs.js';
import { model, modelBytes, node, tensor, value } from '../support/models.js';

describe('the constants of a model', () => {
  const file = inMemory(
    model({
      inputs: [value('x', 'float32', ['n', 2]), value('w', 'float32', [2, 3])],
      nodes: [
        node('Transpose', ['w'], ['t'], { perm: [1n, 0n] }),
        node('DequantizeLinear', ['q', 'scale'], ['d']),
        node('MatMul', ['x', 'w'], ['y']),
      ],
      initializers: [
        tensor('w', 'float32', [2, 3], [1, 2, 3, 4, 5, 6]),
        tensor('q', 'int8', [2], [-3, 4]),
        tensor('scale', 'float32', [], [0.5]),
      ],
      outputs: ['y'],
    }),
  );

  it('are those that are stored, and what operators make of them', async () => {
    const found = await constantTensors(file, ['w', 't', 'd']);
    expect(Object.fromEntries(found)).toEqual({
      w: { type: 'float32', dims: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      t: { type: 'float32', dims: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) },
      d: { type: 'float32', dims: [2], data: Float32Array.of(-1.5, 2) },
    });
  });

  it('are none where none is asked for', async () => {
    expect(await constantTensors(file, [])).toEqual(new Map());
  });
});

describe('shapes by a dry run', () => {
  const file = inMemory(
    model({
      inputs: [value('x', 'float32', ['n', 6])],
      nodes: [node('Reshape', ['x', 'to'], ['r']), node('Transpose', ['r'], ['y'], { perm: [2n, 0n, 1n] })],
      initializers: [tensor('to', 'int64', [3], [-1, 2, 3])],
      outputs: ['y'],
    }),
  );

  it('are those that the runtime finds', async () => {
    const shapes = await tensorShapes(shapeProbe(file, [], ['x', 'r', 'y']), [
      { name: 'x', type: 'float32', dims: [4, 6] },
    ]);
    expect(Object.fromEntries(shapes)).toEqual({ x: [4, 6], r: [4, 2, 3], y: [3, 4, 2] });
  });

  it('are refused where the model does not take such inputs', async () => {
    const probe = shapeProbe(file, [], ['y']);
    await expect(tensorShapes(probe, [{ name: 'x', type: 'float32', dims: [4, 5] }])).rejects.toThrow(
      /4, 5|5/,
    );
  });
});

describe('a product of matrices', () => {
  it('is Aᵀ B', async () => {
    const product = await MatrixProduct.open(1);
    const a = { rows: 3, columns: 2, values: Float64Array.of(1, 2, 3, 4, 5, 6) };
    const b = { rows: 3, columns: 1, values: Float64Array.of(1, 0, -1) };
    // (1 − 5, 2 − 6)
    expect(await product.transposed(a, b)).toEqual({ rows: 2, columns: 1, values: Float64Array.of(-4, -4) });
    await product.release();
  });
});

describe('the sums of a linear classifier', () => {
  const rows = { rows: 3, columns: 2, values: Float64Array.of(1, 2, 0, -1, 3, 0.5) };
  const classifier = { weights: Float64Array.of(0.5, -1, 0.25, 2), bias: Float64Array.of(0.1, -0.2) };
  const scores = [0, 1, 2].map((i) =>
    [0, 1].map(
      (k) =>
        rows.values[2 * i] * classifier.weights[2 * k] +
        rows.values[2 * i + 1] * classifier.weights[2 * k + 1] +
        classifier.bias[k],
    ),
  );
  const shares = scores.map((row) => {
    const all = row.reduce((sum, score) => sum + Math.exp(score), 0);
    return row.map((score) => Math.exp(score) / all);
  });

  it('are Σ −log p of the right class and its gradient, over the samples that count', async () => {
    const sums = await SoftmaxSums.open();
    const labels = Int32Array.of(0, 1, 1);
    const found = await sums.sums(classifier, { rows, labels, counted: Float64Array.of(1, 0, 1) });
    expect(found.loss).toBeCloseTo(-Math.log(shares[0][0]) - Math.log(shares[2][1]), 12);
    for (const k of [0, 1]) {
      const over = [0, 2].map((i) => shares[i][k] - (labels[i] === k ? 1 : 0));
      expect(found.biasGradient[k]).toBeCloseTo(over[0] + over[1], 12);
      for (const j of [0, 1]) {
        const expected = over[0] * rows.values[j] + over[1] * rows.values[4 + j];
        expect(found.weightGradient[2 * k + j]).toBeCloseTo(expected, 12);
      }
    }
    const answers = [...(await sums.answers(classifier, rows))].map(Number);
    expect(answers).toEqual(scores.map(([a, b]) => (b > a ? 1 : 0)));
    await sums.release();
  });
});

describe('each batch through several models', () => {
  const scaled = (input: string, factor: number) => ({
    model: {
      bytes: modelBytes({
        inputs: [value(input, 'float32', ['n', 2])],
        nodes: [node('Mul', [input, 'k'], ['y'])],
        initializers: [tensor('k', 'float32', [], [factor])],
        outputs: ['y'],
      }),
    },
    inputs: [input],
  });
  const source = () =>
    memorySource({
      x: { type: 'float32', dims: [5, 2], data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) },
    });

  it('hands over what each gives, by the order of their inputs, and tells how far it is', async () => {
    const taken: unknown[] = [];
    const told: unknown[] = [];
    await eachBatch(
      [scaled('x', 1), scaled('z', 10)],
      source(),
      { provider: 'cpu', batchSize: 2, onProgress: ({ samples, total }) => told.push([samples, total]) },
      (outputs, feed) =>
        void taken.push([feed.samples, ...outputs.map(({ y }) => [...(y.data as Float32Array)])]),
    );
    expect(taken).toEqual([
      [2, [0, 1, 2, 3], [0, 10, 20, 30]],
      [2, [4, 5, 6, 7], [40, 50, 60, 70]],
      [1, [8, 9], [80, 90]],
    ]);
    expect(told).toEqual([
      [2, 5],
      [4, 5],
      [5, 5],
    ]);
  });

  it('leaves out a batch of another size than the model fixes, stops at the limit and at the signal', async () => {
    const samples: number[] = [];
    const take = (_: unknown, feed: { readonly samples: number }) => void samples.push(feed.samples);
    const cpu = { provider: 'cpu', batchSize: 2 } as const;
    await eachBatch([scaled('x', 1)], source(), { ...cpu, fixedBatch: 2 }, take);
    expect(samples.splice(0)).toEqual([2, 2]);
    const told: unknown[] = [];
    const onProgress = ({ samples, total }: { samples: number; total: number | undefined }) =>
      told.push([samples, total]);
    await eachBatch([scaled('x', 1)], source(), { ...cpu, maxSamples: 3, onProgress }, take);
    expect([samples.splice(0), told]).toEqual([
      [2, 1],
      [
        [2, 3],
        [3, 3],
      ],
    ]);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(eachBatch([scaled('x', 1)], source(), { ...cpu, signal }, take)).rejects.toThrow('enough');
    expect(samples).toEqual([]);
  });
});
