import { describe, expect, test } from 'vitest';
import type { Cell, ColumnKind, Table } from '../../../../src/data/readers/tables/table.js';
import { fillings } from '../../../../src/data/readers/tables/tableFillings.js';

/** A table of these kinds of columns and rows, of which `undefined` is one that cannot be read. */
function tableOf(kinds: readonly ColumnKind[], rows: readonly (readonly Cell[] | undefined)[]) {
  const asked: unknown[] = [];
  const table: Table = {
    origin: 't.parquet',
    columns: kinds.map((kind, k) => ({ name: 'abcdef'[k], kind, rank: 0 })),
    size: rows.length,
    async *read(columns, selection) {
      asked.push(selection);
      yield rows.map((cells, i) =>
        cells
          ? { origin: `row ${i}`, cells: columns.map((k) => cells[k]) }
          : { origin: `row ${i}`, reason: 'is damaged' },
      );
    },
    async close() {},
  };
  return { table, asked };
}

const list = { type: 'float64', data: Float64Array.of(9), dims: [1] } as const;

describe('what fills missing numbers', () => {
  test('is the mean of the others, whatever kind of number they are', async () => {
    const { table } = tableOf(
      ['number', 'number', 'number'],
      [[1, 2n, true], undefined, [undefined, 5n, false], [4, undefined, true], [Number.NaN, 5n, undefined]],
    );
    // (1 + 4) ÷ 2, (2 + 5 + 5) ÷ 3, (1 + 0 + 1) ÷ 3
    expect(await fillings(table, [0, 1, 2], 'mean', undefined)).toEqual(Float64Array.of(2.5, 4, 2 / 3));
    // In the order in which they are read.
    expect(await fillings(table, [2, 0], 'mean', undefined)).toEqual(Float64Array.of(2 / 3, 2.5));
  });

  test('counts no text, list, infinite number or fault', async () => {
    const { table } = tableOf(
      ['number'],
      [
        [3],
        ['7'],
        [list],
        [Number.POSITIVE_INFINITY],
        [{ fault: 'holds a record' }],
        [Uint8Array.of(1)],
        [5],
      ],
    );
    expect(await fillings(table, [0], 'mean', undefined)).toEqual(Float64Array.of(4));
  });

  test('does not overflow', async () => {
    const { table } = tableOf(['number'], [[1e308], [1e308]]);
    expect(await fillings(table, [0], 'mean', undefined)).toEqual(Float64Array.of(1e308));
  });

  test('is zero where that is asked for, without a look at the table', async () => {
    const { table, asked } = tableOf(['number', 'number'], [[1, 2]]);
    expect(await fillings(table, [0, 1], 'zero', undefined)).toEqual(Float64Array.of(0, 0));
    expect(asked).toEqual([]);
  });

  test('is not there in a column without numbers, unless none is wanted of it', async () => {
    const { table } = tableOf(['number', 'text', 'list', 'number'], [[undefined, 'cat', list, 1]]);
    const message = 'column a of t.parquet holds no number to take the mean of';
    await expect(fillings(table, [3, 0], 'mean', undefined)).rejects.toThrow(message);
    await expect(fillings(table, [0, 3], 'mean', 3)).rejects.toThrow(message);
    // The label, and what is no column of numbers.
    expect(await fillings(table, [0, 3], 'mean', 0)).toEqual(Float64Array.of(0, 1));
    expect(await fillings(table, [3, 1, 2], 'mean', undefined)).toEqual(Float64Array.of(1, 0, 0));
  });
});
