import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import type { CsvOptions } from '../../../src/data/options.js';
import { input, readAll, valuesOf } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

// What pandas' get_dummies(columns=['color', 'grade'], dtype=float) makes of it, with the columns in their places, and the
// missing size filled with the mean 3.25.
const expected = [
  [1.5, 0, 0, 1, 0, 1, 0, 3],
  [2.5, 1, 0, 0, 1, 0, 0, 4],
  [3.25, 0, 1, 0, 0, 1, 0, 5],
  [4, 0, 0, 0, 0, 0, 1, 6],
  [5, 0, 0, 1, 1, 0, 0, 7],
];
const rows = [
  { size: 1.5, color: 'red', grade: 10, weight: 3 },
  { size: 2.5, color: 'blue', grade: 9, weight: 4 },
  { size: null, color: 'green', grade: 10, weight: 5 },
  { size: 4, color: null, grade: 100, weight: 6 },
  { size: 5, color: 'red', grade: 9, weight: 7 },
];
const csv = [
  'size,color,grade,weight',
  ...rows.map(({ size, color, grade, weight }) => `${size ?? ''}, ${color ?? 'NA'} ,${grade},${weight}`),
].join('\n');
const jsonl = rows.map((row) => JSON.stringify(row)).join('\n');
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'size', data: rows.map(({ size }) => size), type: 'DOUBLE' },
      { name: 'color', data: rows.map(({ color }) => color), type: 'STRING' },
      { name: 'grade', data: rows.map(({ grade }) => grade), type: 'INT32' },
      { name: 'weight', data: rows.map(({ weight }) => weight), type: 'DOUBLE' },
    ],
  }),
);
const tables: readonly [string, string | Uint8Array][] = [
  ['t.csv', csv],
  ['t.jsonl', jsonl],
  ['t.parquet', parquet],
];

async function read(name: string, content: string | Uint8Array, features: number, options: CsvOptions) {
  const path = join(await temporaryFolder({ [name]: content }), name);
  const { feeds, source } = await readAll({ data: [path], csv: options }, [
    input('x', 'float64', ['n', features]),
  ]);
  return { found: valuesOf(feeds, 'x').map(Number), source };
}

describe.each(tables)('categories of %s', (name, content) => {
  test('become numbers in their place, sorted as pandas does', async () => {
    const { found, source } = await read(name, content, 8, { oneHot: 'color,grade', missing: 'mean' });
    expect(found).toEqual(expected.flat());
    expect(source.preprocessing).toMatchObject({
      oneHot: { color: ['blue', 'green', 'red'], grade: ['9', '10', '100'] },
    });
  });

  test('stand in the order that is given, and columns in that of --columns', async () => {
    const options = {
      oneHot: ['color=red|blue|green|black'],
      columns: 'weight,color',
      missing: 'zero',
    } as const;
    const { found } = await read(name, content, 5, options);
    expect(found.slice(0, 15)).toEqual([3, 1, 0, 0, 0, 4, 0, 1, 0, 0, 5, 0, 0, 1, 0]);
  });

  test('that are not given, or missing, are an error with row and column', async () => {
    await expect(read(name, content, 5, { oneHot: 'color=red|blue', missing: 'zero' })).rejects.toThrow(
      /(line|row) \d.*: column color holds "green", which is none of its 2 categories \(red, blue\)/,
    );
    await expect(read(name, content, 4, { oneHot: 'color', columns: 'weight,color' })).rejects.toThrow(
      /(line|row) \d.*: column color holds no category: with --missing zero or mean such a row is 0 in all/,
    );
  });

  test('are columns that are there, once, and features', async () => {
    const asked = (options: CsvOptions) => read(name, content, 4, { missing: 'zero', ...options });
    await expect(asked({ oneHot: 'colour' })).rejects.toThrow(/no column colour/);
    await expect(asked({ oneHot: 'color,color' })).rejects.toThrow(/names column color twice/);
    await expect(asked({ oneHot: 'color=a|b|a' })).rejects.toThrow(/names a twice/);
    await expect(asked({ oneHot: 'color', columns: 'size' })).rejects.toThrow(/color, which is no feature/);
    await expect(asked({ oneHot: 'color', labelColumn: 'color' })).rejects.toThrow(
      /color, which is no feature/,
    );
  });
});

test('too many different values are no categories', async () => {
  const text = ['name,x', ...Array.from({ length: 1001 }, (_, i) => `person ${i},${i}`)].join('\n');
  await expect(read('t.csv', text, 2, { oneHot: 'name' })).rejects.toThrow(
    /column name of .* holds more than 1000 different values/,
  );
});

test('letters are sorted by code points', async () => {
  // As scikit-learn's OneHotEncoder has them.
  const sorted = ['Z', 'a', 'b', 'ä', '～', '😀'];
  const text = ['c', ...['b', 'ä', 'Z', 'a', '😀', '～']].join('\n');
  const { source } = await read('t.csv', text, 6, { oneHot: 'c' });
  expect(source.preprocessing).toMatchObject({ oneHot: { c: sorted } });
});

test('are for values: where a column of images is read, that is said', async () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47]);
  const content = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'image', data: [png], type: 'BYTE_ARRAY' },
        { name: 'color', data: ['red'], type: 'STRING' },
      ],
    }),
  );
  await expect(read('t.parquet', content, 1, { oneHot: 'color' })).rejects.toThrow(
    '--one-hot is for columns of values, and images are read',
  );
});
