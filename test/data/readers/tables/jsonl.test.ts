import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { DataOptions } from '../../../../src/data/options.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const FORMATS = join(import.meta.dirname, '../../../../fixtures/formats');
const rows = (count: number) => Array.from({ length: count }, (_, i) => i);

async function readLines(
  content: string | Uint8Array,
  options: Partial<DataOptions> = {},
  x = input('x', 'float64', ['n', null]),
) {
  const path = join(await temporaryFolder({ 'd.jsonl': content }), 'd.jsonl');
  return { path, ...(await readAll({ data: [path], ...options }, [x])) };
}

// By fixtures/formats/make.py, whose formulas these are.
test.each(['pandas.jsonl', 'pandas.jsonl.gz'])('%s, as pandas writes it', async (name) => {
  const data = [join(FORMATS, name)];
  const { feeds, source } = await readAll({ data, csv: { columns: '2-6', labelColumn: 'kind' } }, [
    input('x', 'float64', ['n', 5]),
  ]);
  const values = valuesOf(feeds, 'x').map(Number);
  for (const i of rows(10)) {
    const [third, single, ...others] = values.slice(5 * i, 5 * i + 5);
    // pandas writes 15 digits.
    expect(third).toBeCloseTo(i / 3, 14);
    expect(single).toBeCloseTo(i / 7, 6);
    expect(others).toEqual([250 - i, i * 1e12, i % 2 === 0 ? 1 : 0]);
  }
  expect(source).toMatchObject({ reader: 'jsonl', size: 10 });
  expect([...source.labels]).toEqual([
    ['cat', 4],
    ['dog', 3],
    ['owl', 3],
  ]);
});

test('lists within lists, as datasets writes them, keep their shape and bring their labels', async () => {
  const { feeds, source } = await readAll({ data: [join(FORMATS, 'datasets.jsonl')] }, [
    input('x', 'int32', ['n', 1, 2, 3]),
  ]);
  expect(dimsOf(feeds, 'x')[0]).toEqual([4, 1, 2, 3]);
  expect(valuesOf(feeds, 'x')).toEqual(rows(60));
  expect([...source.labels.keys()]).toEqual(['0', '1', '2']);
});

test('lines may be lists; blank ones, CRLF and a byte order mark do no harm', async () => {
  const { feeds, source } = await readLines('\uFEFF[1, 2]\r\n\r\n[3, 4]');
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(source.size).toBe(2);
});

test('lines longer than a chunk, gzipped, are whole', async () => {
  const long = rows(3).map((k) => JSON.stringify({ x: rows(200_000).map((i) => i + k) }));
  const { feeds } = await readLines(gzipSync(long.join('\n')), {}, input('x', 'float32', ['n', 200_000]));
  const values = valuesOf(feeds, 'x');
  expect([values[199_999], values[200_000], values[599_999]]).toEqual([199_999, 1, 200_001]);
});

test('several inputs come out of one reading; scale, mean and std go for lists', async () => {
  const folder = await temporaryFolder({
    'd.jsonl': '{"b": [10], "a": [1, 2]}\n{"a": [3, 4], "b": [20]}\n',
  });
  const { feeds } = await readAll({ data: [`${folder}/d.jsonl`] }, [
    input('a', 'float32', ['n', 2]),
    input('b', 'int64', ['n', 1]),
  ]);
  expect(valuesOf(feeds, 'a')).toEqual([1, 2, 3, 4]);
  expect(valuesOf(feeds, 'b')).toEqual([10n, 20n]);
  const scaled = await readLines('[2, 4]\n', { image: { scale: 0.5, mean: [1], std: [2] } });
  // (2 × ½ − 1) ÷ 2 and (4 × ½ − 1) ÷ 2.
  expect(valuesOf(scaled.feeds, 'x')).toEqual([0, 0.5]);
  expect(scaled.source.preprocessing).toEqual({ columns: ['list'], scale: 0.5, mean: [1], std: [2] });
});

test.each<[string, string, RegExp]>([
  ['is not JSON', '{"x": 1}\n{"x": nan}\n', /d\.jsonl, line 2: it is not JSON \(.*\): fix the line/],
  ['is a number', '{"x": 1}\n\n7\n', /line 3: it is neither a record nor a list/],
  ['lacks a value', '{"x": 1}\n{"y": 2}\n', /line 2: column x holds no number: fill such cells/],
  ['holds text', '{"x": 1}\n{"x": "2"}\n', /line 2: column x holds "2", which is not a number/],
  ['is ragged', '[[1, 2], [3, 4]]\n[[1, 2], [3]]\n', /line 2: column list holds lists of different lengths/],
  ['mixes depths', '[[1, 2], [3, 4]]\n[[1, 2], 3]\n', /line 2: column list holds lists of different depths/],
  ['holds an empty list', '[1]\n[]\n', /line 2: column list holds an empty list/],
  ['holds other things', '[1]\n["a"]\n', /line 2: column list holds a list of other things than numbers/],
  ['holds too much', '[1]\n[1e999]\n', /line 2: column list holds a number that is too large/],
  ['lacks its label', '{"x": 1, "label": 1}\n{"x": 2}\n', /line 2: its label is missing/],
])('a line that %s is named, or left out', async (_, content, message) => {
  const anyShape = input('x', 'float64');
  await expect(readLines(content, {}, anyShape)).rejects.toThrow(message);
  const { source, feeds } = await readLines(content, { onError: 'skip' }, anyShape);
  expect(source.skippedCount).toBe(1);
  expect(valuesOf(feeds, 'x')).toHaveLength(content.startsWith('[[') ? 4 : 1);
});

test.each<[string, string | Uint8Array, RegExp]>([
  ['empty', '\n\n', /d\.jsonl is empty: write one sample per line/],
  ['one without numbers', '{"x": "a"}\n', /has no column of numbers \(its columns: x\)/],
  ['a broken gzip', gzipSync('[1]\n[2]\n').subarray(0, 18), /d\.jsonl is damaged \(unexpected end of file\)/],
])('%s is refused', async (_, content, message) => {
  await expect(readLines(content)).rejects.toThrow(message);
});

test('a key called __proto__ is a column like any other', async () => {
  const { feeds } = await readLines('{"__proto__": 3}\n{"__proto__": 4}\n');
  expect(valuesOf(feeds, 'x')).toEqual([3, 4]);
});
