import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CsvFormat, csvRows, dataRows } from '../../../../src/data/readers/csv/csvRows.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function rowsOf(content: string | Uint8Array, format?: CsvFormat) {
  const path = join(await temporaryFolder({ 't.csv': content }), 't.csv');
  const found: [number, readonly string[]][] = [];
  for await (const rows of csvRows(path, format)) {
    for (const { line, cells } of rows) found.push([line, cells]);
  }
  return found;
}

describe('rows of a table', () => {
  test('know the line that they begin in, after blank lines and cells of several lines', async () => {
    expect(await rowsOf('a,b\n\n   \n1,2\n"x\ny\n\nz",3\n4,5')).toEqual([
      [1, ['a', 'b']],
      [4, ['1', '2']],
      [5, ['x\ny\n\nz', '3']],
      [9, ['4', '5']],
    ]);
  });

  test('are rows where one cell says something, or where there are several', async () => {
    expect(await rowsOf('7\n \n,\n8\n')).toEqual([
      [1, ['7']],
      [3, ['', '']],
      [4, ['8']],
    ]);
  });

  test.each([
    ['\n', 'line feeds'],
    ['\r\n', 'both'],
    ['\r', 'carriage returns, as old spreadsheets write them'],
  ])('end with %j: %s', async (end) => {
    const found = await rowsOf(['a;b', '1;2', '3;4', ''].join(end));
    expect(found.map(([, cells]) => cells)).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  test('are cut where it is said, whatever the first rows look like', async () => {
    const found = await rowsOf('a,b;c,d\n1,2;3,4\n', { delimiter: ';', newline: '\n' });
    expect(found.map(([, cells]) => cells)).toEqual([
      ['a,b', 'c,d'],
      ['1,2', '3,4'],
    ]);
  });

  test('keep their lines over several chunks, also where a row straddles two', async () => {
    // 1.3 million characters, in chunks of 2^20 bytes: a row of 107 straddles the end of the first.
    const count = 12_000;
    const text = Array.from({ length: count }, (_, i) => `${String(i).padStart(100, '0')},"x\ny"`).join('\n');
    const found = await rowsOf(text);
    expect(found).toHaveLength(count);
    for (const [i, [line, cells]] of found.entries()) {
      if (line !== 2 * i + 1 || Number(cells[0]) !== i) expect([i, line, cells]).toBe('whole, in its line');
    }
  });

  test('are whole where a letter or a cell without a line break straddles chunks', async () => {
    // 'é' takes two bytes, and the first stands at an odd place; its row takes more than two chunks.
    const word = 'é'.repeat(1_300_000);
    expect(await rowsOf(`a,b\n1,x${word}\n2,y\n`)).toEqual([
      [1, ['a', 'b']],
      [2, ['1', `x${word}`]],
      [3, ['2', 'y']],
    ]);
  });

  test('are counted where a cell begins with a line break', async () => {
    expect(await rowsOf('"\n1",2\n3,4\n')).toEqual([
      [1, ['\n1', '2']],
      [3, ['3', '4']],
    ]);
  });

  test('with a quote in the wrong place are named by their line', async () => {
    await expect(rowsOf('a,b\n"1\n2",3\n4,"5"x\n6,7\n')).rejects.toThrow(
      /t\.csv, line 4: .*: fix the quotes/,
    );
  });

  test('whose quotes do not fit are named by the line that they begin in', async () => {
    await expect(rowsOf('a,b\n\n"1\n2",3\n4,"5\n6')).rejects.toThrow(/t\.csv, line 5: .*: fix the quotes/);
  });

  test('are those of data where the first is a header', async () => {
    const path = join(await temporaryFolder({ 't.csv': '\na,b\n1,2\n3,4\n' }), 't.csv');
    const linesOf = async (hasHeader: boolean) => {
      const lines: number[] = [];
      for await (const rows of dataRows(path, hasHeader)) lines.push(...rows.map(({ line }) => line));
      return lines;
    };
    expect(await linesOf(true)).toEqual([3, 4]);
    expect(await linesOf(false)).toEqual([2, 3, 4]);
  });

  test('of a file that is not there are an error with its path', async () => {
    const path = join(await temporaryFolder(), 'gone.csv');
    const reading = async () => {
      for await (const _ of csvRows(path));
    };
    await expect(reading()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(`${path} cannot be read (`),
    });
  });
});
