import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/report/tensorboard/crc32c.js';
import { spectrumHistogram } from '../../../src/report/tensorboard/spectrumHistogram.js';
import { tensorboard } from '../../../src/report/tensorboard/tensorboard.js';
import type { Run } from '../../../src/run/schema.js';
import { invalidLayer, layer, run } from '../../support/runs.js';
import { events, fields, histogramOf } from './events.js';

const one = run([layer('layer1.conv1', 3, 4), layer('fc', 2, 2)]);
const withSplit = ({ settings, ...rest }: Run, split: string): Run => ({
  ...rest,
  settings: { ...settings, split },
});

/** The one file that there is. */
function only(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  expect(files.size).toBe(1);
  const [bytes] = files.values();
  return bytes;
}

describe('CRC-32C', () => {
  // RFC 3720, B.4, and the check value of the CRC catalogue.
  it.each([
    ['"123456789"', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 times 0xff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('a log directory of TensorBoard', () => {
  it('begins with the version of the format', async () => {
    const [first] = events(only(await tensorboard([one], {})));
    expect(first.version).toBe('brain.Event:2');
    expect(first.seconds).toBeGreaterThan(1.7e9);
  });

  it('has scalars under the tags of Python Delve, at the step', async () => {
    const [, event] = events(only(await tensorboard([one], { step: 12 })));
    expect(event.step).toBe(12);
    const scalars = event.values.filter(({ scalar }) => scalar !== undefined);
    expect(scalars.map(({ tag, scalar }) => [tag, scalar])).toEqual([
      ['eval-saturation_layer1-conv1', 0.75],
      ['eval-intrinsic-dimensionality_layer1-conv1', 3],
      ['eval-covariance-determinant_layer1-conv1', 0],
      ['eval-covariance-trace_layer1-conv1', 3],
      ['eval-diagonal-trace_layer1-conv1', 3],
      ['eval-saturation_fc', 1],
      ['eval-intrinsic-dimensionality_fc', 2],
      ['eval-covariance-determinant_fc', 1],
      ['eval-covariance-trace_fc', 2],
      ['eval-diagonal-trace_fc', 2],
    ]);
  });

  it('has the spectra as histograms of decades', async () => {
    const decades = layer('fc', 3, 3, { eigenvalues: [0.9, 0.09, 0.01] });
    const [, event] = events(only(await tensorboard([run([decades])], {})));
    const value = event.values.find(({ tag }) => tag === 'eval-spectrum_fc');
    expect(value?.description).toContain('eigenvalue');
    const { min, max, count, limits, counts } = histogramOf(value?.histogram);
    expect(min).toBeCloseTo(-2);
    expect(max).toBeCloseTo(Math.log10(0.9));
    expect(count).toBe(3);
    // log₁₀ of 0.9, 0.09 and 0.01: −0.046, −1.046 and −2.
    expect(limits).toEqual([-1.75, -1.5, -1.25, -1, -0.75, -0.5, -0.25, 0]);
    expect(counts).toEqual([1, 0, 0, 1, 0, 0, 0, 1]);
  });

  it('counts what is rounding at the lower end, and has no histogram without variance', async () => {
    const histogram = spectrumHistogram([1, 1e-20, 0]);
    expect(histogram).toMatchObject({ min: -16, max: 0, count: 3 });
    expect(histogram?.counts.at(0)).toBe(2);
    expect(histogram?.limits.at(0)).toBe(-15.75);
    expect(histogram?.counts).toHaveLength(64);
    expect(spectrumHistogram([0, 0])).toBeUndefined();
    expect(spectrumHistogram([])).toBeUndefined();
  });

  it('has a file for each step and split, in the order of steps, and replaces them', async () => {
    const names = ['epoch_10', 'epoch_9'];
    const files = await tensorboard([one, withSplit(one, 'train')], { names });
    expect([...files.keys()].toSorted()).toEqual([
      'events.out.tfevents.0000000009.delve.train',
      'events.out.tfevents.0000000010.delve.eval',
    ]);
    const [, event] = events(files.get('events.out.tfevents.0000000009.delve.train') ?? new Uint8Array());
    expect(event.values[0].tag).toBe('train-saturation_layer1-conv1');
    expect([...(await tensorboard([one], { names: ['epoch_10'] })).keys()]).toEqual([
      'events.out.tfevents.0000000010.delve.eval',
    ]);
  });

  it('has the pictures, each a PNG of the size that it says', async () => {
    const [, event] = events(only(await tensorboard([one], {})));
    const images = event.values.filter(({ image }) => image !== undefined);
    expect(images.map(({ tag }) => tag)).toEqual(['eval-saturation', 'eval-spectrum', 'eval-idim']);
    for (const { image } of images) {
      const parts = fields(image ?? Buffer.alloc(0));
      const { width, height, format } = await sharp(parts.get(4)?.[0]).metadata();
      expect(format).toBe('png');
      // Varints of two bytes.
      const number = (field: number) =>
        (parts.get(field)?.[0] ?? Buffer.alloc(2)).reduceRight((sum, byte) => sum * 128 + (byte & 127), 0);
      expect([number(2), number(1)]).toEqual([width, height]);
    }
  });

  it('has NaN for layers without numbers, and infinity for what no float32 holds', async () => {
    const huge = layer('huge', 2, 2, { determinant: 1e300 });
    const [, event] = events(only(await tensorboard([run([invalidLayer('nan', 2), huge])], {})));
    const scalars = new Map(event.values.map(({ tag, scalar }) => [tag, scalar]));
    expect(scalars.get('eval-saturation_nan')).toBeNaN();
    expect(scalars.get('eval-covariance-determinant_huge')).toBe(Number.POSITIVE_INFINITY);
  });

  it('brings hostile names back, and keeps its files in their folder', async () => {
    const names = ['a/b', '<script>', 'two\nlines', 'say "x"', '層', `x${'y'.repeat(499)}`, ''];
    const files = await tensorboard([withSplit(run(names.map((name) => layer(name, 1, 2))), '../x')], {});
    expect([...files.keys()]).toEqual(['events.out.tfevents.0000000000.delve...%2Fx']);
    const [, event] = events(only(files));
    const tags = event.values.map(({ tag }) => tag).filter((tag) => tag.startsWith('../x-saturation_'));
    expect(tags).toEqual(names.map((name) => `../x-saturation_${name}`));
  });
});
