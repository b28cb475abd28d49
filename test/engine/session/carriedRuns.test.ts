import { describe, expect, it } from 'vitest';
import { MomentCollector } from '../../../src/engine/collect/momentCollector.js';
import { ModelSession } from '../../../src/engine/session/modelSession.js';
import { instrument } from '../../../src/instrument/instrument.js';
import type { ConvMethod } from '../../../src/instrument/options.js';
import type { ActivationLayout } from '../../../src/layers/layer.js';
import type { Moments } from '../../../src/stats/moments.js';
import { activationModel } from '../../support/activationModel.js';
import { distance } from '../../support/instrumented.js';
import { momentsOf, rowsOf } from '../../support/referenceMoments.js';

const BATCH = 3;

/** Values about 100, which float32 products about zero would lose the variance of. */
const valuesOf = (count: number) =>
  Float32Array.from({ length: count }, (_, i) => 100 + ((i * 7919) % 101) / 50 + (i % 4));

/** What a pass over this many samples finds, `perRun` batches handing their sums on, on the CPU. */
async function carried(
  layout: ActivationLayout,
  sizes: readonly number[],
  samples: number,
  { perRun, convMethod = 'channelwise' }: { readonly perRun: number; readonly convMethod?: ConvMethod },
): Promise<{ readonly found: Moments; readonly expected: Moments }> {
  const size = sizes.reduce((product, side) => product * side, 1);
  const values = valuesOf(samples * size);
  const { file, layer } = activationModel({ layout, dims: [BATCH, ...sizes] });
  const model = instrument(file, [layer], { convMethod, precision: 'float32' }, 'carried');
  const session = await ModelSession.open(model, { provider: 'cpu' });
  try {
    const collector = new MomentCollector(session, { outputs: model.layers }, undefined);
    for (let start = 0, number = 1; start < samples; start += BATCH * perRun, number += perRun) {
      const end = Math.min(samples, start + BATCH * perRun);
      const data = values.slice(start * size, end * size);
      const lengths = { type: 'int32', dims: [end - start], data: new Int32Array(end - start) } as const;
      const activation = { type: 'float32', dims: [end - start, ...sizes], data } as const;
      const tensors = { activation, lengths };
      const first = number;
      await collector.add({
        feed: { samples: end - start, tensors },
        batch: Math.min(BATCH, end - start),
        numberOf: (sample) => first + Math.floor(sample / BATCH),
      });
    }
    const [{ moments }] = (await collector.result()).layers;
    const rows = rowsOf({ dims: [samples, ...sizes], values: Float64Array.from(values) }, layout, {
      convMethod,
    });
    return { found: moments, expected: momentsOf(rows) };
  } finally {
    await session.release();
  }
}

const vectors = { kind: 'featuresLast', rank: 2 } as const;
const maps = { kind: 'featureMap', rank: 4 } as const;

describe('sums that go from run to run', () => {
  it.each([1, 2, 3, 7])('are those of all samples, %i batches a run', async (perRun) => {
    // Seven batches and one of a single sample.
    const { found, expected } = await carried(vectors, [5], 22, { perRun });
    expect(found.count).toBe(22);
    expect(distance(found, expected)).toBeLessThan(1e-7);
  });

  it('are those of all positions of feature maps', async () => {
    const { found, expected } = await carried(maps, [3, 4, 5], 14, { perRun: 3 });
    expect(found.count).toBe(14 * 20);
    expect(distance(found, expected)).toBeLessThan(1e-7);
  });

  it('are added up beside the device where a layer is reduced in float64', async () => {
    const { found, expected } = await carried(maps, [3, 4, 5], 14, { perRun: 3, convMethod: 'mean' });
    expect(found.count).toBe(14);
    expect(distance(found, expected)).toBeLessThan(1e-12);
  });

  it('keep the digits of the covariance, whatever the mean', async () => {
    const { found, expected } = await carried(vectors, [5], 21, { perRun: 7 });
    const covariance = ({ count, sum, scatter }: Moments) =>
      scatter.map((entry, i) => entry / count - (sum[Math.floor(i / 5)] / count) * (sum[i % 5] / count));
    const [actual, wanted] = [covariance(found), covariance(expected)];
    const largest = Math.max(...wanted.map(Math.abs));
    for (const [i, entry] of wanted.entries())
      expect(Math.abs(actual[i] - entry)).toBeLessThan(1e-5 * largest);
  });
});
