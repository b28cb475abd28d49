import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImageOptions } from '../../../../src/data/options.js';
import type { NumericArray } from '../../../../src/onnx/elementType.js';
import type { ModelInput } from '../../../../src/onnx/modelInput.js';
import { npyBytes } from '../../npyBytes.js';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function read(
  shape: string,
  data: NumericArray,
  to: ModelInput,
  image?: ImageOptions,
  descr = "'|u1'",
) {
  const folder = await temporaryFolder({ 'x.npy': npyBytes(descr, shape, data) });
  const options = { data: [join(folder, 'x.npy')], ...(image ? { image } : {}) };
  const { feeds, source } = await readAll(options, [to]);
  return { found: valuesOf(feeds, 'x').map(Number), source };
}

const gray = input('x', 'float32', ['n', 2, 2]);
const pixels = Uint8Array.of(0, 51, 102, 255);

describe('arrays of bytes', () => {
  test('are fed as they are, and that is said', async () => {
    const { found, source } = await read('(1, 2, 2)', pixels, gray);
    expect(found).toEqual([0, 51, 102, 255]);
    expect(source.notices).toEqual([
      expect.stringContaining('fed their values 0 to 255 as they are: --scale'),
    ]);
    expect(source.preprocessing).toEqual({});
  });

  test('are said to change their shape where they do', async () => {
    const { source } = await read('(1, 2, 2)', pixels, input('x', 'uint8', ['n', 1, 2, 2]));
    expect(source.notices).toEqual([
      expect.stringMatching(/^a sample of .*x\.npy is 2×2, and goes into input x as 1×2×2$/),
    ]);
  });

  test('are nothing special where the input takes bytes', async () => {
    const { source } = await read('(1, 4)', pixels, input('x', 'uint8', ['n', 4]));
    expect(source.notices).toEqual([]);
  });

  test('take scale, mean and std as images do', async () => {
    const options = { scale: 1 / 255, mean: [0.2], std: [0.5] };
    const { found, source } = await read('(1, 2, 2)', pixels, input('x', 'float64', gray.shape), options);
    // (x / 255 − 0.2) / 0.5
    [-0.4, 0, 0.4, 1.6].forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 12);
    });
    expect(source.preprocessing).toEqual(options);
    expect(source.notices).toEqual([]);
  });
});

describe('one value a channel', () => {
  const six = Float64Array.of(1, 2, 3, 4, 5, 6);
  test.each([
    // Channels first: 1 2 3 | 4 5 6.
    ['(1, 2, 1, 3)', ['n', 2, 1, 3], [1, 4], [0, 1, 2, 0, 1, 2]],
    // Channels last: 1 2 | 3 4 | 5 6.
    ['(1, 1, 3, 2)', ['n', 1, 3, 2], [1, 2], [0, 0, 2, 2, 4, 4]],
    // Features.
    ['(1, 6)', ['n', 6], [1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0]],
  ])('%s − %j %j', async (shape, wanted, mean, expected) => {
    const { found } = await read(shape, six, input('x', 'float32', wanted), { mean }, "'<f8'");
    expect(found).toEqual(expected);
  });

  test('must be as many as an axis has, and none may be divided by 0', async () => {
    const to = input('x', 'float32', ['n', 6]);
    await expect(read('(1, 6)', six, to, { mean: [1, 2, 3, 4] }, "'<f8'")).rejects.toThrow(
      '--mean names 4 values, but samples of 6 have as many on neither',
    );
    await expect(read('(1, 6)', six, to, { std: [0] }, "'<f8'")).rejects.toThrow('--std holds a 0');
  });
});

test('float16 values are decoded before they are scaled', async () => {
  // 1.0 and −2.0 as bit patterns.
  const { found } = await read(
    '(1, 2)',
    Uint16Array.of(0x3c00, 0xc000),
    input('x', 'float32', ['n', 2]),
    { scale: 3 },
    "'<f2'",
  );
  expect(found).toEqual([3, -6]);
});

describe('numbers in the wrong units', () => {
  test.each([
    [
      { scale: 1 / 255, mean: [72.9], std: [90] },
      ['the mean 72.9 lies outside the values, which are 0 to 1', 'the deviation 90 is larger'],
    ],
    [{ scale: 1, mean: [72.9], std: [90] }, []],
    [{ scale: 1 / 255, mean: [0.485], std: [0.229] }, []],
    // YOLOX and Caffe: BGR means of 0 to 255.
    [{ scale: 1, mean: [123.675], std: [1] }, []],
  ])('%j', async (image, said) => {
    const { source } = await read('(1, 2, 2)', pixels, gray, image);
    expect(source.notices).toEqual(said.map((text) => expect.stringContaining(text)));
  });
});
