import { describe, expect, it } from 'vitest';
import type { ObservedLayer } from '../../../src/engine/collect/layerMoments.js';
import { MomentCollector } from '../../../src/engine/collect/momentCollector.js';
import { ModelSession } from '../../../src/engine/session/modelSession.js';
import { instrument } from '../../../src/instrument/instrument.js';
import type { InstrumentOptions } from '../../../src/instrument/options.js';
import { findLayers } from '../../../src/layers/findLayers.js';
import type { ModelFile } from '../../../src/onnx/modelFile.js';
import { layerStatistics } from '../../../src/stats/statistics.js';
import { inMemory } from '../../support/graphs.js';
import { channelwise, distance, ortTensor, rawActivations } from '../../support/instrumented.js';
import { type ModelParts, model, node, tensor, value } from '../../support/models.js';
import { momentsOf, rowsOf } from '../../support/referenceMoments.js';

const cheaper: InstrumentOptions = { ...channelwise, measureAt: 'cheaper' };

/** Numbers from −1 to 1 that look random and are the same every time. */
function numbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.fround(state / 2 ** 30 - 1);
  });
}

const weight = (name: string, seed: number, ...dims: number[]) =>
  tensor(
    name,
    'float32',
    dims,
    numbers(
      dims.reduce((n, d) => n * d, 1),
      seed,
    ),
  );

const file = (parts: Omit<ModelParts, 'outputs'>): ModelFile => inMemory(model({ ...parts, outputs: ['y'] }));

interface Batch {
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

const batches = (dims: readonly number[], ...sizes: number[]): Batch[] =>
  sizes.map((size, i) => ({
    dims: [size, ...dims],
    values: numbers(size * dims.reduce((n, d) => n * d, 1), 100 + i).map((x, j) => Math.fround(x + (j % 3))),
  }));

/** What the batches say of the layers, measured as `options` have it. */
async function collected(
  of: ModelFile,
  given: readonly Batch[],
  options: InstrumentOptions,
  fixedBatch?: number,
) {
  const instrumented = instrument(of, findLayers(of).layers, options);
  const session = await ModelSession.open(instrumented, { provider: 'cpu' });
  try {
    const task = { outputs: instrumented.layers, lifts: instrumented.lifts };
    const collector = new MomentCollector(session, task, fixedBatch);
    for (const [i, { dims, values }] of given.entries()) {
      const tensors = { x: { type: 'float32' as const, dims: [...dims], data: Float32Array.from(values) } };
      await collector.add({ feed: { samples: dims[0], tensors }, batch: dims[0], numberOf: () => i + 1 });
    }
    return { layers: (await collector.result()).layers, instrumented };
  } finally {
    await session.release();
  }
}

/** Holds every layer against plain code over the outputs of the model as it is. */
async function expectRight(
  of: ModelFile,
  given: readonly Batch[],
  {
    options = cheaper,
    lifted,
    tolerance = 2e-7,
    fixedBatch,
  }: {
    options?: InstrumentOptions;
    lifted: readonly string[];
    tolerance?: number;
    fixedBatch?: number;
  },
): Promise<readonly ObservedLayer[]> {
  const { layers, instrumented } = await collected(of, given, options, fixedBatch);
  expect(instrumented.layers.flatMap((layer) => (layer.lifted ? [layer.layer] : []))).toEqual(lifted);
  const described = findLayers(of).layers;
  const rows = new Map<string, number[][]>();
  for (const { dims, values } of given) {
    const padded = fixedBatch === undefined ? dims[0] : fixedBatch;
    const length = values.length / dims[0];
    const filled = [...values, ...new Array((padded - dims[0]) * length).fill(0)];
    const raw = await rawActivations(of, described, {
      x: ortTensor('float32', [padded, ...dims.slice(1)], filled),
    });
    for (const { name, layout } of described) {
      const activation = raw.get(name);
      if (!activation) throw new Error(`layer ${name} was not run`);
      const all = rowsOf(activation.tensor, layout, options);
      rows.set(name, [...(rows.get(name) ?? []), ...all.slice(0, (all.length / padded) * dims[0])]);
    }
  }
  expect(layers.map(({ name }) => name)).toEqual(described.map(({ name }) => name));
  for (const { name, moments, inner, invalid } of layers) {
    expect(invalid).toBeUndefined();
    const expected = momentsOf(rows.get(name) ?? [], moments.sum.length);
    expect(distance(moments, expected), name).toBeLessThan(tolerance);
    const cut = { thresholds: [0.9, 0.99], idimRule: 'explained' } as const;
    const [actual, reference] = [layerStatistics(moments, cut, inner), layerStatistics(expected, cut)];
    expect(actual.thresholds, name).toEqual(reference.thresholds);
    expect(actual.deadFeatures).toBe(reference.deadFeatures);
    const largest = reference.eigenvalues[0];
    actual.eigenvalues.forEach((eigenvalue, i) => {
      expect(Math.abs(eigenvalue - reference.eigenvalues[i]) / largest).toBeLessThan(tolerance);
    });
  }
  return layers;
}

const tokens = (nodes: ModelParts['nodes'], initializers: ModelParts['initializers'], width: number) =>
  file({ nodes, initializers, inputs: [value('x', 'float32', ['n', 5, width])] });
const widened = tokens(
  [node('MatMul', ['x', 'w'], ['m'], {}, { name: '/fc/MatMul' }), node('Add', ['m', 'b'], ['y'])],
  [weight('w', 1, 24, 150), weight('b', 2, 150)],
  24,
);

describe('layers measured at their inputs have the moments of their outputs', () => {
  it('with a bias, over batches of several sizes, for all tokens', async () => {
    await expectRight(widened, batches([5, 24], 7, 16, 3), { lifted: ['fc'] });
  });

  it.each(['last', 'timestepwise'] as const)('with sequences %s', async (sequenceMethod) => {
    await expectRight(widened, batches([5, 24], 9, 32), {
      options: { ...cheaper, sequenceMethod },
      lifted: ['fc'],
    });
  });

  it('in float32', async () => {
    const options = { ...cheaper, precision: 'float32' } as const;
    await expectRight(widened, batches([5, 24], 8, 5), { options, lifted: ['fc'], tolerance: 1e-6 });
  });

  it('of a Gemm whose weight lies the other way round', async () => {
    const of = file({
      nodes: [node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1n }, { name: '/fc/Gemm' })],
      initializers: [weight('w', 3, 160, 17), weight('b', 4, 160)],
      inputs: [value('x', 'float32', ['n', 17])],
    });
    await expectRight(of, batches([17], 40, 1, 22), { lifted: ['fc'] });
  });

  it('where three layers share one input, each of them too narrow alone', async () => {
    const names = ['q', 'k', 'v'];
    const of = tokens(
      [
        ...names.map((name) => node('MatMul', ['x', `w${name}`], [name], {}, { name: `/${name}/MatMul` })),
        node('Sum', names, ['y']),
      ],
      names.map((name, i) => weight(`w${name}`, 5 + i, 100, 110)),
      100,
    );
    const layers = await expectRight(of, batches([5, 100], 30, 11), { lifted: names });
    expect(new Set(layers.map(({ moments }) => moments.scatter)).size).toBe(3);
  });

  it.each(['channelwise', 'mean'] as const)(
    'of a pointwise convolution with strides, %s',
    async (convMethod) => {
      const of = file({
        nodes: [
          node('Conv', ['x', 'a'], ['h'], {}, { name: '/wide/Conv' }),
          node('Relu', ['h'], ['r']),
          node('Conv', ['r', 'w', 'b'], ['y'], { strides: [2n, 3n] }, { name: '/wider/Conv' }),
        ],
        initializers: [weight('a', 8, 30, 3, 2, 2), weight('w', 9, 140, 30, 1, 1), weight('b', 10, 140)],
        inputs: [value('x', 'float32', ['n', 3, 8, 12])],
      });
      await expectRight(of, batches([3, 8, 12], 4, 60), {
        options: { ...cheaper, convMethod },
        lifted: ['wider'],
      });
    },
  );

  it('and counts no padding where the model fixes its batch size', async () => {
    const of = file({
      nodes: [node('Gemm', ['x', 'w'], ['y'], {}, { name: '/fc/Gemm' })],
      initializers: [weight('w', 3, 12, 140)],
      inputs: [value('x', 'float32', [8, 12])],
    });
    await expectRight(of, batches([12], 8, 5), { lifted: ['fc'], fixedBatch: 8 });
  });

  it('where the mean of the input lies far away and the bias takes it out again', async () => {
    const far = batches([5, 24], 30).map(({ dims, values }) => ({
      dims,
      values: values.map((x) => Math.fround(x + 4000)),
    }));
    const w = numbers(24 * 150, 1);
    const shift = Array.from(
      { length: 150 },
      (_, j) => -w.reduce((sum, x, i) => sum + (i % 150 === j ? 4000 * x : 0), 0),
    );
    const of = tokens(
      [node('MatMul', ['x', 'w'], ['m'], {}, { name: '/fc/MatMul' }), node('Add', ['m', 'b'], ['y'])],
      [tensor('w', 'float32', [24, 150], w), tensor('b', 'float32', [150], shift)],
      24,
    );
    // The model's own float32 sums are off by a few 1e-4 here: so large are the terms that cancel.
    await expectRight(of, far, { lifted: ['fc'], tolerance: 2e-3 });
  });

  it('of fewer observations than the input has features', async () => {
    await expectRight(widened, batches([5, 24], 2, 1), { lifted: ['fc'] });
  });

  it('and finds the same dead features', async () => {
    const values = numbers(24 * 150, 1).map((x, i) => (i % 150 < 3 ? 0 : x));
    const of = tokens(
      [node('MatMul', ['x', 'w'], ['m'], {}, { name: '/fc/MatMul' }), node('Add', ['m', 'b'], ['y'])],
      [tensor('w', 'float32', [24, 150], values), weight('b', 2, 150)],
      24,
    );
    const [{ moments, inner }] = await expectRight(of, batches([5, 24], 20), { lifted: ['fc'] });
    expect(layerStatistics(moments, { thresholds: [0.99], idimRule: 'explained' }, inner).deadFeatures).toBe(
      3,
    );
  });
});

describe('layers measured at their inputs', () => {
  it('are none unless it is asked for, nor where it would not pay', async () => {
    const lifted = (options: InstrumentOptions, of = widened) =>
      instrument(of, findLayers(of).layers, options).layers.some((layer) => layer.lifted);
    expect(lifted(cheaper)).toBe(true);
    expect(lifted(channelwise)).toBe(false);
    expect(lifted({ ...cheaper, sequenceMethod: 'flatten' })).toBe(false);
    expect(lifted({ ...cheaper, interpolate: 4 })).toBe(false);
    const narrow = tokens([node('MatMul', ['x', 'w'], ['y'])], [weight('w', 1, 120, 150)], 120);
    expect(lifted(cheaper, narrow)).toBe(false);
  });

  it('are invalid from the batch on in which NaN came up in the input', async () => {
    const [good, bad] = batches([5, 24], 4, 4);
    const { layers } = await collected(
      widened,
      [good, { ...bad, values: [Number.NaN, ...bad.values.slice(1)] }],
      cheaper,
    );
    expect(layers[0]).toMatchObject({ name: 'fc', invalid: { batch: 2, reason: 'NaN or Inf came up' } });
  });

  it('are invalid where the weights hold NaN', async () => {
    const broken = tensor('w', 'float32', [24, 150], [Number.NaN, ...numbers(24 * 150 - 1, 1)]);
    const of = tokens([node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })], [broken], 24);
    const { layers } = await collected(of, batches([5, 24], 4), cheaper);
    expect(layers[0].invalid).toEqual({ batch: 1, reason: 'NaN or Inf came up' });
  });

  it('are invalid where the output may have left the range of float32 unseen', async () => {
    const huge = batches([5, 24], 4).map(({ dims, values }) => ({
      dims,
      values: values.map((x) => Math.fround(x * 1e38)),
    }));
    const { layers } = await collected(widened, huge, cheaper);
    expect(layers[0].invalid?.reason).toContain('--measure-at output');
  });

  it('have as many features as ever where no row came in', async () => {
    const { layers } = await collected(widened, [{ dims: [0, 5, 24], values: [] }], cheaper);
    expect(layers[0].moments).toMatchObject({ count: 0 });
    expect(layers[0].moments.sum).toHaveLength(150);
  });
});
