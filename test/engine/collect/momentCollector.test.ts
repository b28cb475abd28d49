import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TensorData } from '../../../src/data/feed.js';
import { MomentCollector } from '../../../src/engine/collect/momentCollector.js';
import { ModelSession } from '../../../src/engine/session/modelSession.js';
import { UserError } from '../../../src/errors.js';
import type { InstrumentedModel } from '../../../src/instrument/instrumentedModel.js';
import { linearModel, linearMoments } from '../../support/engine.js';
import { externalTensor, modelBytes, momentNodes, node, tensor, value } from '../../support/models.js';

const float32 = (dims: number[], values: readonly number[]): TensorData => ({
  type: 'float32',
  dims,
  data: Float32Array.from(values),
});

async function observed(
  model: InstrumentedModel,
  feeds: readonly Record<string, TensorData>[],
  { fixedBatch }: { readonly fixedBatch?: number } = {},
) {
  const session = await ModelSession.open(model, { provider: 'cpu' });
  const collector = new MomentCollector(session, { outputs: model.layers }, fixedBatch);
  try {
    for (const [i, tensors] of feeds.entries()) {
      const feed = { samples: Object.values(tensors)[0].dims[0], tensors };
      await collector.add({ feed, batch: feed.samples, numberOf: () => i + 1 });
    }
    return (await collector.result()).layers;
  } finally {
    await session.release();
  }
}

const weights = { features: 2, units: 3, values: [1, -2, 3, 0.5, 4, -1] };

describe('MomentCollector', () => {
  it('adds up the moments of batches of different sizes', async () => {
    const [layer] = await observed(linearModel(weights), [
      { x: float32([2, 2], [1, 2, 3, 4]) },
      { x: float32([1, 2], [-5, 6]) },
    ]);
    expect(layer).toEqual({
      name: 'fc',
      moments: linearMoments(Float32Array.of(1, 2, 3, 4, -5, 6), weights),
    });
  });

  it('adds nothing for a batch of no rows', async () => {
    const [layer] = await observed(linearModel(weights), [
      { x: float32([0, 2], []) },
      { x: float32([1, 2], [1, 2]) },
    ]);
    expect(layer).toEqual({ name: 'fc', moments: linearMoments(Float32Array.of(1, 2), weights) });
  });

  it('feeds several inputs, of several types', async () => {
    const { nodes, outputs } = momentNodes('add', 'y');
    const model = {
      bytes: modelBytes({
        inputs: [value('x', 'float32', ['n', 2]), value('i', 'int64', ['n', 2])],
        nodes: [node('Cast', ['i'], ['f'], { to: 1n }), node('Add', ['x', 'f'], ['y']), ...nodes],
        outputs: [outputs.count, outputs.sum, outputs.scatter],
      }),
      layers: [outputs],
    };
    const i: TensorData = { type: 'int64', dims: [1, 2], data: BigInt64Array.of(10n, 20n) };
    const [layer] = await observed(model, [{ x: float32([1, 2], [0.5, 1]), i }]);
    // y = (10.5, 21)
    expect(layer.moments).toEqual({
      count: 1,
      sum: Float64Array.of(10.5, 21),
      scatter: Float64Array.of(110.25, 220.5, 220.5, 441),
    });
  });

  it('marks only the layer in which NaN came up, and keeps the others right', async () => {
    const before = momentNodes('before', 'x');
    const after = momentNodes('after', 'y');
    const model = {
      bytes: modelBytes({
        inputs: [value('x', 'float32', ['n', 1])],
        nodes: [node('Log', ['x'], ['y']), ...before.nodes, ...after.nodes],
        outputs: [before, after].flatMap(({ outputs: o }) => [o.count, o.sum, o.scatter]),
      }),
      layers: [before.outputs, after.outputs],
    };
    const layers = await observed(model, [
      { x: float32([1, 1], [1]) },
      { x: float32([2, 1], [1, -2]) },
      { x: float32([1, 1], [3]) },
    ]);
    expect(layers[0]).toEqual({
      name: 'before',
      moments: { count: 4, sum: Float64Array.of(3), scatter: Float64Array.of(1 + 1 + 4 + 9) },
    });
    expect(layers[1]).toMatchObject({ name: 'after', invalid: { batch: 2 } });
  });

  it('reads shifted moments', async () => {
    const { nodes, outputs } = momentNodes('fc', 'shifted');
    const model = {
      bytes: modelBytes({
        inputs: [value('x', 'float32', ['n', 1])],
        nodes: [node('Sub', ['x', 'c'], ['shifted']), node('Cast', ['c'], ['shift'], { to: 11n }), ...nodes],
        initializers: [tensor('c', 'float32', [1], [100])],
        outputs: [outputs.count, outputs.sum, outputs.scatter, 'shift'],
      }),
      layers: [{ ...outputs, shift: 'shift' }],
    };
    const [layer] = await observed(model, [{ x: float32([2, 1], [101, 103]) }]);
    expect(layer.moments).toEqual({
      count: 2,
      sum: Float64Array.of(204),
      scatter: Float64Array.of(101 ** 2 + 103 ** 2),
    });
  });

  it('finds external data in the folder that the model came from', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'delve-'));
    try {
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(0, 2, 4).buffer));
      const { nodes, outputs } = momentNodes('fc', 'y');
      const model = {
        bytes: modelBytes({
          inputs: [value('x', 'float32', ['n', 2])],
          nodes: [node('MatMul', ['x', 'w'], ['y']), ...nodes],
          initializers: [
            externalTensor('w', 'float32', [2, 1], { location: 'weights.bin', offset: 4, length: 8 }),
          ],
          outputs: [outputs.count, outputs.sum, outputs.scatter],
        }),
        externalDataFolder: folder,
        layers: [outputs],
      };
      const [layer] = await observed(model, [{ x: float32([1, 2], [1, 10]) }]);
      expect([...layer.moments.sum]).toEqual([42]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses a model that ONNX Runtime does not know an operator of', async () => {
    const model = {
      bytes: modelBytes({
        inputs: [value('x', 'float32', ['n', 1])],
        nodes: [node('Fourier', ['x'], ['y'], {}, { name: '/spectrum' })],
        outputs: ['y'],
      }),
      layers: [],
    };
    await expect(observed(model, [])).rejects.toThrow(UserError);
    await expect(observed(model, [])).rejects.toThrow(/^node \/spectrum \(Fourier\) cannot run: .*opset 17/);
  });

  it('refuses a batch that the model cannot take, with the shape given and the shape wanted', async () => {
    await expect(observed(linearModel(weights), [{ x: float32([1, 3], [1, 2, 3]) }])).rejects.toThrow(
      'input x of shape [1, 3] does not fit: axis 1 is 3 where the model wants 2',
    );
  });
});

describe('MomentCollector at a fixed batch size', () => {
  const values = Array.from({ length: 20 }, (_, i) => ((i * 5) % 13) - 6);
  const batch = (from: number, to: number) => float32([to - from, 2], values.slice(from * 2, to * 2));

  it.each([
    ['4, 4 and 2', [batch(0, 4), batch(4, 8), batch(8, 10)]],
    ['7 and 3', [batch(0, 7), batch(7, 10)]],
    ['1 and 9', [batch(0, 1), batch(1, 10)]],
  ])('counts no padding: 10 samples in feeds of %s at size 4', async (_, feeds) => {
    const [layer] = await observed(
      linearModel(weights, 4),
      feeds.map((x) => ({ x })),
      { fixedBatch: 4 },
    );
    // All numbers are small multiples of 1/4, so the difference is exact.
    expect(layer).toEqual({ name: 'fc', moments: linearMoments(Float32Array.from(values), weights) });
  });

  it('counts none where the batch axis is not the first of the observations', async () => {
    // [4 samples, 3 steps] → transposed [3, 4] → one observation a value, steps before samples.
    const { nodes, outputs } = momentNodes('steps', 'column');
    const model = {
      bytes: modelBytes({
        inputs: [value('x', 'float32', [4, 3])],
        nodes: [
          node('Transpose', ['x'], ['t'], { perm: [1n, 0n] }),
          node('Reshape', ['t', 'shape'], ['column']),
          ...nodes,
        ],
        initializers: [tensor('shape', 'int64', [2], [-1, 1])],
        outputs: [outputs.count, outputs.sum, outputs.scatter],
      }),
      layers: [outputs],
    };
    const [layer] = await observed(model, [{ x: float32([1, 3], [1, 2, 4]) }], { fixedBatch: 4 });
    expect(layer.moments).toEqual({ count: 3, sum: Float64Array.of(7), scatter: Float64Array.of(21) });
  });

  it('sees NaN in a sample that was copied to fill the batch up', async () => {
    const [layer] = await observed(linearModel(weights, 4), [{ x: float32([1, 2], [1, Number.NaN]) }], {
      fixedBatch: 4,
    });
    expect(layer).toMatchObject({ invalid: { batch: 1 } });
  });
});
