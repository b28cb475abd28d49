import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CsvOptions } from '../../../../src/data/options.js';
import type { ModelInput } from '../../../../src/onnx/modelInput.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const anyRow = input('x', 'float32', ['n', null]);

async function readCsv(
  content: string | Uint8Array,
  csv: CsvOptions = {},
  x: ModelInput = anyRow,
  onError: 'fail' | 'skip' = 'fail',
) {
  const path = join(await temporaryFolder({ 't.csv': content }), 't.csv');
  return { path, ...(await readAll({ data: [path], csv, onError }, [x])) };
}

test('a first row without numbers is a header; columns of numbers are the features', async () => {
  const { feeds, source } = await readCsv('id,width,height,kind\na1,1.5,2,cat\na2,-3e-1,4,dog\n');
  expect(valuesOf(feeds, 'x')).toEqual([1.5, 2, Math.fround(-0.3), 4]);
  expect(source.preprocessing).toEqual({ header: true, columns: ['width', 'height'] });
  expect(source).toMatchObject({ reader: 'csv', size: 2 });
});

test('a table of numbers alone has no header', async () => {
  const { feeds, source } = await readCsv('1,2\n3,4');
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(source.preprocessing).toEqual({ header: false, columns: ['1', '2'] });
});

test('words above words do not make a header, unless it is said so', async () => {
  const table = '5.1,3.5,setosa\n4.9,3.0,setosa\n';
  expect(valuesOf((await readCsv(table)).feeds, 'x')).toEqual([5.1, 3.5, 4.9, 3].map(Math.fround));
  expect(valuesOf((await readCsv(table, { header: true })).feeds, 'x')).toEqual([4.9, 3].map(Math.fround));
});

test('byte order mark, CRLF, semicolons, quotes and blank lines', async () => {
  const { feeds } = await readCsv('\uFEFF"a";"b"\r\n\r\n"1";2\r\n 3 ;"4"\r\n\r\n');
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  const utf16 = Buffer.from('\uFEFFa\tb\n1\t2\n', 'utf16le');
  expect(valuesOf((await readCsv(utf16)).feeds, 'x')).toEqual([1, 2]);
});

test('columns by name, number and range; the label is counted and is no feature', async () => {
  const { feeds, source } = await readCsv('y,a,b,c,d\ncat,1,2,3,4\ndog,5,6,7,8\ncat,9,10,11,12\n', {
    columns: 'd,2-3',
    labelColumn: 'y',
  });
  expect(valuesOf(feeds, 'x')).toEqual([4, 1, 2, 8, 5, 6, 12, 9, 10]);
  expect([...source.labels]).toEqual([
    ['cat', 2],
    ['dog', 1],
  ]);
});

test('a label of numbers is left out of the features', async () => {
  const { feeds } = await readCsv('7,1,2\n8,3,4\n', { labelColumn: 1 });
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
});

test('a row takes the shape of the input', async () => {
  const { feeds } = await readCsv('1,2,3,4\n5,6,7,8\n', {}, input('x', 'float32', ['n', 1, 2, 2]));
  expect(dimsOf(feeds, 'x')).toEqual([[2, 1, 2, 2]]);
  await expect(readCsv('1,2,3\n', {}, input('x', 'float32', ['n', 1, 2, 2]))).rejects.toThrow(
    /have 3 columns of features, which do not fit: it has the shape 3, but input x wants 1×2×2 a sample/,
  );
});

test('a cell that is no number is named by line and column, also after quoted line breaks', async () => {
  const table = 'a,b,note\n1,2,"two\nlines"\n3,,x\n5,6,y\n';
  const columns = { columns: ['a', 'b'] };
  await expect(readCsv(table, columns)).rejects.toThrow(
    /t\.csv, line 4: column b holds "", which is not a number/,
  );
  const { feeds, source, path } = await readCsv(table, columns, anyRow, 'skip');
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 5, 6]);
  expect(source.skipped.map(({ origin }) => origin)).toEqual([`${path}, line 4`]);
});

test('NaN, words and short rows are no numbers', async () => {
  await expect(readCsv('1,2\n3,nan\n')).rejects.toThrow(/line 2: column 2 holds "nan"/);
  await expect(readCsv('1,2\n3\n')).rejects.toThrow(/line 2: it has 1 cells where the first row has 2/);
  await expect(readCsv('1,2\n3,4,5\n')).rejects.toThrow(/line 2: it has 3 cells where the first row has 2/);
  expect(valuesOf((await readCsv('1,2\n3,4,\n')).feeds, 'x')).toEqual([1, 2, 3, 4]);
});

test.each<[string, string, CsvOptions, RegExp]>([
  ['an empty file', '', {}, /is empty/],
  ['a header alone', 'a,b\n', {}, /has no row of numbers, only a header/],
  ['words alone', 'a,b\nc,d\n', {}, /has no column of numbers/],
  ['an unknown column', 'a,b\n1,2\n', { columns: 'a,z' }, /has no column z: it has 2 \(a, b\)/],
  ['an unknown label', 'a,b\n1,2\n', { labelColumn: 'z' }, /has no column z/],
  ['a range beyond the table', 'a,b\n1,2\n', { columns: '1-3' }, /has no column 3/],
  ['a quote that is not closed', 'a,b\n1,"2\n3,4\n', {}, /t\.csv, line 2: Quoted field unterminated/],
])('%s is refused', async (_, content, options, message) => {
  await expect(readCsv(content, options)).rejects.toThrow(message);
});

test.each([
  [
    'of which all is one line',
    '1,'.repeat(12 * 2 ** 20),
    /line 1 goes on for more than 16 MiB: a table has one sample a line/,
  ],
  [
    'with a quote that is never closed',
    `1,"${'2,\n'.repeat(8 * 2 ** 20)}`,
    /line 1: a quoted cell is never closed/,
  ],
])('a long table %s', async (_, content, message) => {
  await expect(readCsv(content)).rejects.toThrow(message);
});

test('rows that straddle the chunks of a file are whole', async () => {
  // About 3.5 MB: four chunks. The sum of 0 … n−1 and of their squares tell a lost or torn row.
  const rows = 40_000;
  const table = Array.from({ length: rows }, (_, i) => `${i},${i % 7},${'0'.repeat(80)}${i}`).join('\n');
  const path = join(await temporaryFolder({ 't.csv': table }), 't.csv');
  const { feeds } = await readAll({ data: [path] }, [input('x', 'float64')], { batchSize: 10_000 });
  expect(feeds.map(({ samples }) => samples)).toEqual([10_000, 10_000, 10_000, 10_000]);
  let sum = 0;
  for (const { tensors } of feeds)
    for (let i = 0; i < tensors.x.data.length; i += 3) sum += Number(tensors.x.data[i]);
  expect(sum).toBe((rows * (rows - 1)) / 2);
});

test('every third batch of two is the third, the sixth, …, as with any reader', async () => {
  const path = join(await temporaryFolder({ 't.csv': '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n' }), 't.csv');
  const { feeds } = await readAll({ data: [path] }, [anyRow], { batchSize: 2, every: 3 });
  // Batches 1 2 | 3 4 | 5 6 | 7 8 | 9 10 | 11: the third and the sixth.
  expect(feeds.map(({ samples }) => samples)).toEqual([2, 1]);
  expect(valuesOf(feeds, 'x')).toEqual([5, 6, 11]);
});
