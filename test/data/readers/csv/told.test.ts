import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CsvOptions } from '../../../../src/data/options.js';
import { csv } from '../../../../src/data/readers/csv/csv.js';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function read(text: string, options: CsvOptions = {}) {
  const path = join(await temporaryFolder({ 't.csv': text }), 't.csv');
  const { feeds, source } = await readAll({ data: [path], csv: options }, [
    input('x', 'float64', ['n', null]),
  ]);
  return { values: valuesOf(feeds, 'x'), labels: feeds[0].labels, source };
}

describe('what is told of a CSV file', () => {
  test('is exactly what was chosen', async () => {
    const text = 'a, b ,kind,color\n1,2, cat ,red\n3,4,dog,blue\n';
    const plain = await read(text);
    expect(plain.source.preprocessing).toEqual({ header: true, columns: ['a', 'b'] });
    expect(plain.source.labelled).toBe(false);
    const all = await read(text, { labelColumn: 'kind', missing: 'zero', oneHot: 'color' });
    expect(all.source.preprocessing).toEqual({
      ...{ header: true, columns: ['a', 'b', 'color'], labelColumn: 'kind', missing: 'zero' },
      oneHot: { color: ['blue', 'red'] },
    });
    expect(all.source.labelled).toBe(true);
    expect(all.labels).toEqual(['cat', 'dog']);
    expect(all.values).toEqual([1, 2, 0, 1, 3, 4, 1, 0]);
  });

  test('is what the user says of its header', async () => {
    const numbers = await read('1,2\n3,4\n', { header: true });
    expect([numbers.values, numbers.source.preprocessing]).toEqual([
      [3, 4],
      { header: true, columns: ['1', '2'] },
    ]);
    // The first row has a word above a number.
    await expect(read('a,2\n1,4\n', { header: false, columns: '1-2' })).rejects.toThrow(
      /line 1: column 1 holds "a", which is not a number/,
    );
  });
});

test('a missing cell in the first row is no word, where such are filled', async () => {
  expect((await read('1,NA\n3,4\n', { missing: 'zero' })).values).toEqual([1, 0, 3, 4]);
  // Else it is one, above a number.
  expect((await read('1,NA\n3,4\n')).values).toEqual([3, 4]);
});

test('blank cells beyond the last column are none', async () => {
  expect((await read('a,b\n1,2, ,\n3,4\n')).values).toEqual([1, 2, 3, 4]);
  await expect(read('a,b\n1,2, ,5\n')).rejects.toThrow(/line 2: it has 4 cells where the first row has 2/);
});

test('a label is one where it stands among features too', async () => {
  const { values, labels } = await read('1,7,2\n3,8,4\n', { labelColumn: 2 });
  expect([values, labels]).toEqual([
    [1, 2, 3, 4],
    ['7', '8'],
  ]);
});

test('a file is told by its ending, a folder is none', async () => {
  const head = new Uint8Array(0);
  const is = (kind: 'file' | 'directory', extension: string) =>
    csv.detect({ source: `x${extension}`, kind, extension, head });
  expect([is('file', '.csv'), is('file', '.tsv'), is('file', '.txt')]).toEqual([true, true, true]);
  expect([is('directory', '.csv'), is('file', '.json'), is('file', '')]).toEqual([false, false, false]);
});
