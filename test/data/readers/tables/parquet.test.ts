import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DataOptions } from '../../../../src/data/options.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

// Written by pandas, pyarrow and datasets: fixtures/formats/make.py, whose formulas these are.
const FORMATS = join(import.meta.dirname, '../../../../fixtures/formats');
const file = (name: string) => join(FORMATS, name);
const rows = (count: number) => Array.from({ length: count }, (_, i) => i);

const read = (name: string, options: Partial<DataOptions> = {}, x = input('x', 'float64', ['n', null])) =>
  readAll({ data: [file(name)], ...options }, [x]);

test('columns of numbers are the features, of whatever type pandas wrote them', async () => {
  const { feeds, source } = await read('pandas.parquet', { csv: { columns: '2-6' } });
  expect(valuesOf(feeds, 'x')).toEqual(
    rows(10).flatMap((i) => [i / 3, Math.fround(i / 7), 250 - i, i * 1e12, i % 2 === 0 ? 1 : 0]),
  );
  expect(source).toMatchObject({
    reader: 'parquet',
    size: 10,
    preprocessing: { columns: ['third', 'single', 'small', 'whole', 'even'] },
  });
});

test('a missing number is an error with its column and row, left out, or filled', async () => {
  const csv = { columns: ['third', 'gap'] };
  await expect(read('pandas.parquet', { csv })).rejects.toThrow(
    /pandas\.parquet, row 4: column gap holds no number: fill such cells with --missing/,
  );
  const skipped = await read('pandas.parquet', { csv, onError: 'skip' });
  expect(skipped.source.skipped.map(({ origin }) => origin)).toEqual([`${file('pandas.parquet')}, row 4`]);
  const gap = (values: (number | bigint)[]) => values.filter((_, i) => i % 2 === 1);
  const mean = await read('pandas.parquet', { csv: { ...csv, missing: 'mean' } });
  // 0, 0.5, 1, 1.5, 2.5, 3, 3.5, 4, 4.5: 20.5 ÷ 9.
  expect(gap(valuesOf(mean.feeds, 'x'))[4]).toBeCloseTo(20.5 / 9, 14);
  const zero = await read('pandas.parquet', { csv: { ...csv, missing: 'zero' } });
  expect(gap(valuesOf(zero.feeds, 'x'))).toEqual([0, 0.5, 1, 1.5, 0, 2.5, 3, 3.5, 4, 4.5]);
});

test.each(['codec-none', 'codec-gzip', 'codec-brotli', 'codec-lz4', 'codec-zstd', 'encodings'])(
  '%s.parquet holds the same numbers',
  async (name) => {
    const { feeds } = await read(`${name}.parquet`);
    expect(valuesOf(feeds, 'x')).toEqual(
      rows(10).flatMap((i) => [i / 3, Math.fround(i / 7), 250 - i, i * 1e12]),
    );
  },
);

test.each(['lists-1.parquet', 'lists-2.parquet'])('%s: lists are samples with their labels', async (name) => {
  const { feeds, source } = await read(name, {}, input('x', 'float32', ['n', 5]));
  expect(valuesOf(feeds, 'x')).toEqual(rows(60).flatMap((i) => rows(5).map((j) => i + j / 4)));
  expect([...source.labels]).toEqual([
    ['cat', 20],
    ['dog', 20],
    ['owl', 20],
  ]);
  expect(source.notices).toEqual([`labels are taken from column label of ${file(name)}`]);
});

test.each(['lists-1.parquet', 'lists-2.parquet'])('%s: lists of lists keep their shape', async (name) => {
  const { feeds } = await read(name, { csv: { columns: 'grid' } }, input('x', 'int16', ['n', 1, 2, 3]));
  expect(dimsOf(feeds, 'x')[0]).toEqual([4, 1, 2, 3]);
  expect(valuesOf(feeds, 'x')).toEqual(rows(360));
  const other = input('x', 'float32', ['n', 3, 2]);
  await expect(read(name, { csv: { columns: 'grid' } }, other)).rejects.toThrow(
    /it has the shape 2×3, but input x wants 3×2 a sample/,
  );
});

test('several inputs take the columns of their names; dictionaries and 64 bits are kept', async () => {
  const { feeds } = await readAll({ data: [file('lists-1.parquet')] }, [
    input('fixed', 'int64', ['n', 2]),
    input('x', 'float32', ['n', 5]),
  ]);
  expect(valuesOf(feeds, 'fixed')).toEqual(rows(60).flatMap((i) => [BigInt(i), BigInt(-i)]));
  expect(valuesOf(feeds, 'x').slice(-5)).toEqual([59, 59.25, 59.5, 59.75, 60]);
  await expect(
    readAll({ data: [file('lists-1.parquet')] }, [input('x', 'float32'), input('mask', 'float32')]),
  ).rejects.toThrow(
    /has no column of numbers called mask, like the input \(its columns: x, grid, fixed, ragged, label\)/,
  );
});

test('lists that are missing or empty are no samples', async () => {
  const csv = { columns: 'ragged' };
  const { feeds, source } = await read(
    'lists-1.parquet',
    { csv, onError: 'skip' },
    input('x', 'float64', ['n', 3]),
  );
  // Row i holds i mod 4 numbers, and each fifth none: those of three numbers are left.
  const whole = rows(60).filter((i) => i % 4 === 3 && i % 5 > 0);
  expect(valuesOf(feeds, 'x')).toEqual(whole.flatMap(() => [0, 1, 2]));
  expect(source.skippedCount).toBe(60 - whole.length);
});

test('a limit draws rows without reading the others', async () => {
  const x = input('x', 'float32', ['n', 5]);
  const { feeds, source } = await readAll({ data: [file('lists-2.parquet')], maxSamples: 7, seed: 3 }, [x], {
    maxSamples: 7,
  });
  const drawn = valuesOf(feeds, 'x').filter((_, k) => k % 5 === 0);
  expect(drawn).toHaveLength(7);
  expect(drawn).toEqual([...new Set(drawn)].sort((a, b) => Number(a) - Number(b)));
  expect(drawn).not.toEqual(rows(7));
  expect(source.drawSeed).toBe(3);
  // Each row with the other numbers of its own.
  expect(valuesOf(feeds, 'x')).toEqual(drawn.flatMap((i) => rows(5).map((j) => Number(i) + j / 4)));
});

test('every third batch of two', async () => {
  const { feeds } = await readAll({ data: [file('lists-1.parquet')] }, [input('x', 'float32', ['n', 5])], {
    batchSize: 2,
    every: 3,
  });
  const firsts = valuesOf(feeds, 'x').filter((_, k) => k % 5 === 0);
  expect(firsts).toEqual(rows(60).filter((i) => Math.floor(i / 2) % 3 === 2));
});

test('images as bytes are prepared as those of a folder', async () => {
  const x = input('x', 'float32', ['n', 1, 3, 4]);
  const { feeds, source } = await read('images.parquet', {}, x);
  const pixels = rows(6).flatMap((k) => rows(12).map((j) => Math.fround(((j * 5 + k * 40) % 256) / 255)));
  expect(valuesOf(feeds, 'x')).toEqual(pixels);
  expect(source.size).toBe(6);
  expect([...source.labels]).toEqual([
    ['0', 2],
    ['1', 2],
    ['2', 2],
  ]);
  expect(source.preprocessing).toMatchObject({ column: 'image', labelColumn: 'label', scale: 1 / 255 });
  const two = await readAll({ data: [file('images.parquet')], maxSamples: 2 }, [x], { maxSamples: 2 });
  expect(valuesOf(two.feeds, 'x')).toHaveLength(24);
});

test('the sum of shards is one source', async () => {
  const { feeds } = await readAll(
    { data: [join(FORMATS, 'codec-{gzip,zstd}.parquet')], csv: { columns: ['third'] } },
    [input('x', 'float64')],
  );
  expect(valuesOf(feeds, 'x')).toEqual([...rows(10), ...rows(10)].map((i) => i / 3));
});

test.each<[string, string, Partial<DataOptions>, RegExp]>([
  [
    'an unknown column',
    'pandas.parquet',
    { csv: { columns: 'wide' } },
    /has no column wide: it has 8 \(id, third,/,
  ],
  ['a column of text', 'pandas.parquet', { csv: { columns: 'id' } }, /column id of .* holds no numbers/],
  ['an unknown label', 'pandas.parquet', { csv: { labelColumn: 'y' } }, /has no column y/],
  [
    'a label of lists',
    'lists-1.parquet',
    { csv: { labelColumn: 'grid' } },
    /column grid of .* holds no classes/,
  ],
  [
    'options for images',
    'pandas.parquet',
    { image: { resize: 3 } },
    /--resize is an option for images, and columns/,
  ],
])('%s is refused', async (_, name, options, message) => {
  await expect(read(name, options)).rejects.toThrow(message);
});

async function damaged(name: string, change: (bytes: Buffer) => Buffer) {
  const bytes = change(Buffer.from(await readFile(file(name))));
  return join(await temporaryFolder({ 'd.parquet': bytes }), 'd.parquet');
}

test.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
  [
    'cut off',
    (bytes) => bytes.subarray(0, bytes.length - 9),
    /is not a Parquet file, or its footer is damaged \(it does not end/,
  ],
  ['empty', () => Buffer.alloc(0), /footer is damaged \(it has 0 bytes\)/],
  [
    'a footer of 2 GiB',
    (bytes) => {
      bytes.writeUInt32LE(2 ** 31, bytes.length - 8);
      return bytes;
    },
    /it claims 2147483648 bytes/,
  ],
  [
    'a broken footer',
    (bytes) => {
      const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
      return bytes.fill(0xff, start + 4, start + 40);
    },
    /its footer is damaged/,
  ],
  [
    'encrypted',
    (bytes) => {
      bytes.write('PARE', bytes.length - 4);
      return bytes;
    },
    /is encrypted/,
  ],
  ['zeros for a column', (bytes) => bytes.fill(0, 4, 400), /is damaged in column third after row 0 \(/],
])('a file that is %s is refused in a sentence', async (_, change, message) => {
  const path = await damaged('codec-zstd.parquet', change);
  await expect(readAll({ data: [path] }, [input('x', 'float64', ['n', null])])).rejects.toThrow(message);
});
