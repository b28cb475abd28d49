import { expect, test } from 'vitest';
import { instrument } from '../../src/instrument/instrument.js';
import type { ElementType } from '../../src/onnx/elementType.js';
import type { Moments } from '../../src/stats/moments.js';
import { activationModel } from '../support/activationModel.js';
import { channelwise, momentsFrom } from '../support/instrumented.js';

/** A sample has 2.16 million values, so that three of them are a large map and two are not. */
const [CHANNELS, HEIGHT, WIDTH] = [3, 1200, 600];
const POSITIONS = HEIGHT * WIDTH;

/** Multiples of 1/8 up to 125, exact in float16 too: sums of their products are exact in float64, in any order. */
const valuesOf = (samples: number): Float64Array =>
  Float64Array.from({ length: samples * CHANNELS * POSITIONS }, (_, i) => ((i * 7919) % 1001) / 8);

function sums(values: Float64Array, samples: number): Moments {
  const [sum, scatter] = [new Float64Array(CHANNELS), new Float64Array(CHANNELS ** 2)];
  for (let sample = 0; sample < samples; sample++) {
    for (let position = 0; position < POSITIONS; position++) {
      const at = (channel: number) => values[(sample * CHANNELS + channel) * POSITIONS + position];
      for (let i = 0; i < CHANNELS; i++) {
        sum[i] += at(i);
        for (let j = 0; j < CHANNELS; j++) scatter[i * CHANNELS + j] += at(i) * at(j);
      }
    }
  }
  return { count: samples * POSITIONS, sum, scatter };
}

async function measured(samples: number, type: ElementType): Promise<Moments | undefined> {
  const { file, layer, feeds } = activationModel({
    layout: { kind: 'featureMap', rank: 4 },
    dims: [samples, CHANNELS, HEIGHT, WIDTH],
    values: valuesOf(samples),
    type,
  });
  const rewritten = instrument(file, [layer], { ...channelwise, samplesInTurn: true });
  return (await momentsFrom(rewritten, feeds)).get('layer');
}

test.each([
  { what: 'a large map, sample by sample', samples: 3, type: 'float32' },
  { what: 'a large map of float16, sample by sample', samples: 3, type: 'float16' },
  { what: 'a map that is not large, all at once', samples: 2, type: 'float32' },
  { what: 'a batch without samples', samples: 0, type: 'float32' },
] as const)('$what: the moments of all its positions', async ({ samples, type }) => {
  expect(await measured(samples, type)).toEqual(sums(valuesOf(samples), samples));
});
