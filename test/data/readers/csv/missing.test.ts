import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CsvOptions } from '../../../../src/data/options.js';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function read(text: string, features: number, csv: CsvOptions, options = {}) {
  const path = join(await temporaryFolder({ 't.csv': text }), 't.csv');
  const { feeds, source } = await readAll({ data: [path], csv, ...options }, [
    input('x', 'float64', ['n', features]),
  ]);
  return { found: valuesOf(feeds, 'x'), source };
}

const table = 'a,b\n1,\n,4\nNA,6\n7,nan\n';

describe('missing cells', () => {
  test('are filled with the mean of their column', async () => {
    // pandas: df.fillna(df.mean()) with means a = 4, b = 5
    const { found, source } = await read(table, 2, { missing: 'mean' });
    expect(found).toEqual([1, 5, 4, 4, 4, 6, 7, 5]);
    expect(source.preprocessing).toMatchObject({ missing: 'mean', columns: ['a', 'b'] });
  });

  test('are filled with zeros', async () => {
    expect((await read(table, 2, { missing: 'zero' })).found).toEqual([1, 0, 0, 4, 0, 6, 7, 0]);
  });

  test('of the first row make no header, and their column counts', async () => {
    expect((await read('1,NA\n3,4\n', 2, { missing: 'mean' })).found).toEqual([1, 4, 3, 4]);
  });

  test('are not what a delimiter at the end of every row leaves', async () => {
    expect((await read('1,2,\n3,,\n', 2, { missing: 'zero' })).found).toEqual([1, 2, 3, 0]);
    expect((await read('a,b,\n1,2,\n3,,\n', 2, { missing: 'zero' })).found).toEqual([1, 2, 3, 0]);
  });

  test('are an error where nothing is said; words always are', async () => {
    await expect(read('a,b\n1,2\n3,NA\n', 2, {})).rejects.toThrow(
      /line 3: column b holds "NA", which is not a number: fill such cells with --missing mean or zero/,
    );
    await expect(read('a,b\n1,2\n3,x\n', 2, { missing: 'zero' })).rejects.toThrow(
      /column b holds "x".*fix it/,
    );
  });

  test('have no mean in a column without numbers', async () => {
    await expect(read('a,b\n1,\n3,\n', 2, { missing: 'mean' })).rejects.toThrow('column b of');
    await expect(read('a,b\n,1\n,3\n', 2, { missing: 'mean' })).rejects.toThrow('column a of');
  });

  test('are filled by their column, in whatever order columns are chosen, without an overflow', async () => {
    const text = 'a,b,c\n1,10,x\n,,x\n3,30,x\n';
    expect((await read(text, 2, { missing: 'mean', columns: 'b,a' })).found).toEqual([10, 1, 20, 2, 30, 3]);
    // Their sum is infinite as a float64.
    expect((await read('a\n1e308\nNA\n1e308\n', 1, { missing: 'mean' })).found[1]).toBe(1e308);
  });
});
