import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
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

const floats = [input('x', 'float64', ['n', 2])];

test.each<[string, number, string, number[]]>([
  // struct.pack('>4b', …), '>4h', '>4i', '>4d'
  ['bytes with a sign', 0x09, 'ff7f8002', [-1, 127, -128, 2]],
  ['int16', 0x0b, 'fed4012c00020003', [-300, 300, 2, 3]],
  ['int32', 0x0c, 'ffffffff00011170000000020000012c', [-1, 70000, 2, 300]],
  ['float64', 0x0e, '3fb999999999999ac0000000000000003ff00000000000003fd0000000000000', [0.1, -2, 1, 0.25]],
])('%s with classes beside them', async (_, code, hex, expected) => {
  const folder = await temporaryFolder({
    'a-images.idx2-x': idx(code, [2, 2], Buffer.from(hex, 'hex')),
    'a-labels.idx1-x.gz': gzipSync(idx(0x0b, [2], Buffer.from('03e80007', 'hex'))),
  });
  const { feeds } = await readAll({ data: [`${folder}/a-images.idx2-x`], reader: 'idx' }, floats);
  expect(valuesOf(feeds, 'x')).toEqual(expected);
  expect(feeds[0].labels).toEqual(['1000', '7']);
});

test('a file of any name is recognised by its first bytes, and has no classes', async () => {
  const folder = await temporaryFolder({
    vectors: idx(0x0b, [2, 2], Buffer.from('0001000200030004', 'hex')),
    // No labels of `vectors`.
    'vectors-labels': 'something else',
  });
  const { feeds, source } = await readAll({ data: [`${folder}/vectors`] }, floats);
  expect(source.reader).toBe('idx');
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(feeds[0]).not.toHaveProperty('labels');
});

describe('images that are drawn', () => {
  const count = 50;
  // Each pixel of image i is i, and its class is i mod 10.
  const many = idx(8, [count, 2, 2], Buffer.from(Array.from({ length: 4 * count }, (_, i) => i >> 2)));
  const classes = idx(8, [count], Buffer.from(Array.from({ length: count }, (_, i) => i % 10)));

  test.each([
    ['in place', 'a-images-idx3-ubyte', many],
    ['out of a gzipped file, from its beginning', 'a-images-idx3-ubyte.gz', gzipSync(many)],
  ])('keep their classes %s', async (_, name, bytes) => {
    const folder = await temporaryFolder({ [name]: bytes, 'a-labels-idx1-ubyte': classes });
    for (const options of [{ maxSamples: 7 }, { batchSize: 3, every: 4 }]) {
      const { feeds } = await readAll(
        { data: [`${folder}/${name}`], image: { scale: 1 }, maxSamples: options.maxSamples },
        [x],
        options,
      );
      const values = valuesOf(feeds, 'x').map(Number);
      const first = values.filter((_, i) => i % 4 === 0);
      expect(values).toEqual(first.flatMap((value) => [value, value, value, value]));
      expect(feeds.flatMap((feed) => feed.labels)).toEqual(first.map((value) => String(value % 10)));
      expect(new Set(first).size).toBe(options.maxSamples ?? 12);
    }
  });
});

describe('an IDX file that cannot be one', () => {
  test.each<[string, Buffer, RegExp]>([
    ['too short', images.subarray(0, 7), /is not an IDX file/],
    ['with a byte before its type', Buffer.from(images).fill(1, 0, 1), /is not an IDX file/],
    ['with another byte before its type', Buffer.from(images).fill(1, 1, 2), /is not an IDX file/],
    ['of an unknown type', Buffer.from(images).fill(0x0a, 2, 3), /is not an IDX file/],
    ['without axes', idx(8, [], Buffer.alloc(8)), /is not an IDX file/],
    ['of nine axes', idx(8, Array(9).fill(1), Buffer.alloc(1)), /is not an IDX file/],
    ['cut off within its sizes', images.subarray(0, 12), /is not an IDX file/],
    ['with a byte too many', Buffer.concat([images, Buffer.alloc(1)]), /holds 13 bytes of data.* takes 12/],
    ['of no images', idx(8, [0, 2, 2], Buffer.alloc(0)), /is empty, of shape \(0, 2, 2\)/],
  ])('is refused: %s', async (_, bytes, message) => {
    const folder = await temporaryFolder({ 'a-idx3-ubyte': bytes });
    await expect(readAll({ data: [`${folder}/a-idx3-ubyte`] }, [x])).rejects.toThrow(message);
  });

  test('eight axes are not too many', async () => {
    const folder = await temporaryFolder({
      'a-idx8-ubyte': idx(8, [1, 1, 1, 1, 1, 1, 1, 2], Buffer.from([5, 6])),
    });
    const { feeds } = await readAll({ data: [`${folder}/a-idx8-ubyte`] }, floats);
    expect(valuesOf(feeds, 'x')).toEqual([5, 6]);
  });

  test('samples and labels that do not fit are refused', async () => {
    const folder = await temporaryFolder({
      'a-images-idx2-ubyte': idx(9, [2, 3], Buffer.alloc(6)),
      'b-images-idx3-ubyte': images,
      'b-labels-idx1-ubyte': idx(8, [3, 1], Buffer.alloc(3)),
    });
    await expect(readAll({ data: [`${folder}/a-images-idx2-ubyte`] }, floats)).rejects.toThrow(
      /the samples of .*a-images-idx2-ubyte do not fit: it has the shape 3, but input x wants 2 a sample/,
    );
    await expect(readAll({ data: [`${folder}/b-images-idx3-ubyte`] }, [x])).rejects.toThrow(
      /holds 3 labels for 3 samples: they do not belong together/,
    );
  });
});
