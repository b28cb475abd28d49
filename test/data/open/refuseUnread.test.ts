import { describe, expect, test } from 'vitest';
import { refuseUnknownShapes, refuseUnread } from '../../../src/data/open/refuseUnread.js';
import type { DataOptions } from '../../../src/data/options.js';
import { input } from '../reading.js';

type Given = Omit<DataOptions, 'data'>;

const refuse = (used: string[], options: Given) => () =>
  refuseUnread({ data: used.map((reader) => `my-${reader}`), ...options }, used);

describe('options that no reader looks at are refused', () => {
  test.each<[string, Given, string]>([
    [
      'npy',
      { image: { resize: 4 } },
      '--resize is an option for images, and my-npy is read as npy: leave it out',
    ],
    [
      'csv',
      { image: { crop: 4, cropRounding: 'down' } },
      '--crop, --crop-rounding are options for images, and my-csv is read as csv: leave them out',
    ],
    ['csv', { image: { scale: 2, mean: [1] } }, '--scale, --mean are options for images'],
    // Arrays take the first two.
    ['npy', { image: { scale: 2, std: [1], layout: 'nhwc' } }, '--layout is an option for images'],
    [
      'images',
      { csv: { labelColumn: 2, missing: 'zero' } },
      '--label-column, --missing are options for tables',
    ],
    ['npy', { text: { maxLength: 8 } }, '--max-length is an option for texts, and my-npy'],
    ['images', { audio: { sampleRate: 16_000 } }, '--sample-rate is an option for sound'],
    ['npy', { seed: 0 }, '--seed is an option for random:<n>, or for samples that --max-samples draws, and'],
    ['npy', { shapes: { x: [1] } }, '--shape is an option for random:<n> and raw numbers (.bin), and'],
    ['npy', { dtype: 'int8' }, '--dtype is an option for raw numbers (.bin), and my-npy is read as npy'],
    ['npy', { inOrder: true }, '--in-order has no effect without --max-samples'],
  ])('by %s: %j', (reader, options, message) => {
    expect(refuse([reader], options)).toThrow(message);
  });

  test('where several read, with all of them', () => {
    expect(refuse(['npy', 'csv'], { audio: { hop: 1 } })).toThrow(
      '--hop is an option for sound, and my-npy, my-csv is read as npy, csv: leave it out',
    );
  });
});

describe('options are taken', () => {
  test.each<[string[], Given]>([
    [['images'], { image: { resize: 4, scale: 1, mean: [0], std: [1] } }],
    [['npy'], { image: { scale: 1, mean: [0], std: [1] } }],
    [['npy', 'csv'], { csv: { columns: 'a' } }],
    [['csv', 'images'], { csv: { columns: 'a' }, image: { crop: 3 } }],
    // The classes come from a table of labels.
    [['npy'], { csv: { labelColumn: 'kind' }, labels: 'l.csv' }],
    [['random'], { seed: 1, shapes: { x: [2] } }],
    [['raw'], { dtype: 'int8', shapes: { x: [2] } }],
    [['npy'], { seed: 1, maxSamples: 3 }],
    [['npy'], { seed: 1, shuffles: true }],
    [['npy'], { inOrder: true, maxSamples: 3 }],
    [['npy'], { inOrder: true, shuffles: true }],
    [['text'], { text: { maxLength: 8 } }],
    [['audio'], { audio: { hop: 8 } }],
    // Nothing is set.
    [['npy'], { image: { resize: undefined }, csv: {}, text: {}, shapes: {}, seed: undefined }],
  ])('by %j: %j', (readers, options) => {
    expect(refuse(readers, options)).not.toThrow();
  });

  test('but the name of a column alone does not read a table', () => {
    expect(refuse(['npy'], { csv: { labelColumn: 'kind', columns: '1' }, labels: 'l.csv' })).toThrow(
      '--columns is an option for tables',
    );
  });
});

test('a shape is for an input that there is', () => {
  const inputs = [input('x', 'float32'), input('y', 'float32')];
  refuseUnknownShapes({ data: [], shapes: { y: [1] } }, inputs);
  refuseUnknownShapes({ data: [] }, inputs);
  expect(() => refuseUnknownShapes({ data: [], shapes: { x: [1], z: [2] } }, inputs)).toThrow(
    '--shape z: the model has no such input (its inputs: x, y)',
  );
});
