import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

/** An IDX file: two zeros, the type, the number of axes, sizes and values big-endian. */
function idx(code: number, shape: readonly number[], data: Uint8Array | Buffer): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = code;
  head[3] = shape.length;
  for (const [axis, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([head, data]);
}

const x = input('x', 'float32', ['n', 1, 2, 2]);
const pixels = Uint8Array.from([0, 255, 51, 102, 1, 2, 3, 4, 5, 6, 7, 8]);
const images = idx(8, [3, 2, 2], pixels);
const labels = idx(8, [3], Uint8Array.of(7, 0, 7));

test('images are scaled as those of a folder, with the classes of the file beside them', async () => {
  const folder = await temporaryFolder({
    't10k-images-idx3-ubyte': images,
    't10k-labels-idx1-ubyte': labels,
  });
  const { feeds, source } = await readAll({ data: [`${folder}/t10k-images-idx3-ubyte`] }, [x], {
    batchSize: 2,
  });
  expect(source.reader).toBe('idx');
  expect(source.size).toBe(3);
  expect(dimsOf(feeds, 'x')).toEqual([
    [2, 1, 2, 2],
    [1, 1, 2, 2],
  ]);
  expect(valuesOf(feeds, 'x')).toEqual([...Float32Array.from(pixels, (value) => value / 255)]);
  expect(feeds.flatMap((feed) => feed.labels)).toEqual(['7', '0', '7']);
  expect([...source.labels]).toEqual([
    ['7', 2],
    ['0', 1],
  ]);
});

test('gzipped files are read as they are downloaded, also by their mean and deviation', async () => {
  const folder = await temporaryFolder({
    'train-images-idx3-ubyte.gz': gzipSync(images),
    'train-labels-idx1-ubyte.gz': gzipSync(labels),
  });
  const { feeds } = await readAll(
    { data: [`${folder}/train-images-idx3-ubyte.gz`], image: { mean: [0.5], std: [0.25] } },
    [x],
  );
  expect(valuesOf(feeds, 'x').slice(0, 3)).toEqual([-2, 2, Math.fround((0.2 - 0.5) / 0.25)]);
  expect(feeds[0].labels).toEqual(['7', '0', '7']);
});

test('images of another size are brought to the input', async () => {
  const folder = await temporaryFolder({ 'a-images-idx3-ubyte': idx(8, [1, 2, 2], Buffer.alloc(4, 90)) });
  const { feeds } = await readAll({ data: [`${folder}/a-images-idx3-ubyte`], image: { scale: 1 } }, [
    input('x', 'float32', ['n', 3, 4, 4]),
  ]);
  expect(dimsOf(feeds, 'x')).toEqual([[1, 3, 4, 4]]);
  expect(new Set(valuesOf(feeds, 'x'))).toEqual(new Set([90]));
});

test('numbers of other types are arrays, big-endian in the file', async () => {
  const data = Buffer.alloc(16);
  for (const [i, value] of [1.5, -2, 0.25, 8].entries()) data.writeFloatBE(value, 4 * i);
  const folder = await temporaryFolder({ 'vectors-idx2-ubyte': idx(0x0d, [2, 2], data) });
  const { feeds } = await readAll({ data: [`${folder}/vectors-idx2-ubyte`] }, [
    input('x', 'float32', ['n', 2]),
  ]);
  expect(valuesOf(feeds, 'x')).toEqual([1.5, -2, 0.25, 8]);
});

test.each([
  [
    'truncated',
    { 'a-idx3-ubyte': images.subarray(0, 20) },
    /holds 4 bytes of data, but its shape \(3, 2, 2\) takes 12/,
  ],
  ['no such file', { 'a-idx3-ubyte': Buffer.from('hello, world') }, /is not an IDX file/],
  [
    'an impossible size',
    { 'a-idx3-ubyte': idx(8, [2 ** 31, 2 ** 31, 9], Buffer.alloc(1)) },
    /holds 1 bytes of data/,
  ],
  ['labels alone', { 'a-idx1-ubyte': labels }, /holds labels, not samples/],
  [
    'labels of other data',
    { 'a-images-idx3-ubyte': images, 'a-labels-idx1-ubyte': idx(8, [2], Uint8Array.of(1, 2)) },
    /holds 2 labels for 3 samples/,
  ],
  [
    'a damaged gzip',
    { 'a-idx3-ubyte.gz': Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]) },
    /damaged|ends before|not an IDX/,
  ],
])('%s is refused', async (_, files: Record<string, Uint8Array>, message) => {
  const folder = await temporaryFolder(files);
  const [first] = Object.keys(files);
  await expect(readAll({ data: [`${folder}/${first}`] }, [x])).rejects.toThrow(message);
});
