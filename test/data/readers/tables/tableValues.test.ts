import { describe, expect, test } from 'vitest';
import type { Cell, ListCell, TableColumn } from '../../../../src/data/readers/tables/table.js';
import { flattened, rowValue } from '../../../../src/data/readers/tables/tableValues.js';

const number = (name: string): TableColumn => ({ name, kind: 'number', rank: 0 });
const list = (...values: number[]): ListCell => ({
  type: 'float32',
  data: Float32Array.from(values),
  dims: [values.length],
});

/** The value of columns a, b, … */
const madeOf = (cells: readonly Cell[], fill?: readonly number[]) =>
  rowValue(
    {
      columns: cells.map((_, k) => number('abcdef'[k])),
      ...(fill ? { fill: Float64Array.from(fill) } : {}),
    },
    cells,
  );

describe('the cells of a row make', () => {
  test('one row of numbers, lists in their place', () => {
    expect(madeOf([1.5, list(2, 3), true, 4n, list(5)])).toEqual({
      type: 'float64',
      data: Float64Array.of(1.5, 2, 3, 1, 4, 5),
      dims: [6],
    });
  });

  test('a list that is alone as it is', () => {
    const only = { type: 'int16', data: Int16Array.of(1, 2, 3, 4), dims: [2, 2] } as const;
    expect(madeOf([only])).toBe(only);
  });

  test('integers of 64 bits that are exact', () => {
    // Beyond 2^53 a float64 holds even numbers only.
    expect(madeOf([2n ** 53n + 1n, -(2n ** 63n)])).toEqual({
      type: 'int64',
      data: BigInt64Array.of(2n ** 53n + 1n, -(2n ** 63n)),
      dims: [2],
    });
    expect(madeOf([2n ** 64n - 1n, 7n])).toEqual({
      type: 'uint64',
      data: BigUint64Array.of(2n ** 64n - 1n, 7n),
      dims: [2],
    });
    // No type of integers holds both.
    expect(madeOf([2n ** 63n, -1n])).toEqual({
      type: 'float64',
      data: Float64Array.of(2 ** 63, -1),
      dims: [2],
    });
  });

  test('a number from what fills a missing one, by its column', () => {
    expect(madeOf([1, undefined, Number.NaN, 4], [10, 20, 30, 40])).toMatchObject({
      data: Float64Array.of(1, 20, 30, 4),
    });
  });

  test('nothing, where one of them is wrong', () => {
    expect(madeOf([1, undefined])).toMatch(/^column b holds no number: fill such cells with --missing/);
    expect(madeOf([Number.NaN, 1])).toMatch(/^column a holds no number/);
    expect(madeOf([1, Number.POSITIVE_INFINITY], [0, 0])).toMatch(
      /^column b holds Infinity, which is not a number/,
    );
    expect(madeOf([1, 'red'], [0, 0])).toMatch(/^column b holds "red", which is not a number: fix it/);
    expect(madeOf([1, 'x'.repeat(50)])).toContain(`holds "${'x'.repeat(40)}"`);
    expect(madeOf([Uint8Array.of(1)])).toMatch(/^column a holds bytes, which is not a number/);
    expect(madeOf([{ fault: 'holds a record' }])).toMatch(/^column a holds a record: fix it/);
  });

  test('no number where a list is missing, whatever fills numbers', () => {
    const columns = [number('a'), { name: 'b', kind: 'list', rank: 1 } as const];
    expect(rowValue({ columns, fill: Float64Array.of(1, 2) }, [1, undefined])).toMatch(
      /^column b holds no number/,
    );
  });
});

describe('nested lists', () => {
  test.each<[unknown[], number[], number[]]>([
    [[1, true, false, -2.5], [1, 1, 0, -2.5], [4]],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [1, 2, 3, 4, 5, 6],
      [2, 3],
    ],
    [
      [[[7]], [[8]]],
      [7, 8],
      [2, 1, 1],
    ],
  ])('%j lie in row-major order', (nested, data, dims) => {
    expect(flattened(nested)).toEqual({ type: 'float64', data: Float64Array.from(data), dims });
  });

  test.each<[unknown[], string]>([
    [[], 'holds an empty list'],
    [[[1], []], 'holds lists of different lengths'],
    [[[], [1]], 'holds an empty list'],
    [[[1, 2], [3]], 'holds lists of different lengths'],
    [[[1], [2, 3]], 'holds lists of different lengths'],
    [[[1], 2], 'holds lists of different depths'],
    [[1, [2]], 'holds lists of different depths'],
    [[[1], [[2]]], 'holds lists of different depths'],
    [[1, null], 'holds a list of other things than numbers'],
    [['1'], 'holds a list of other things than numbers'],
    [[1, Number.POSITIVE_INFINITY], 'holds a number that is too large'],
  ])('%j are no value', (nested, fault) => {
    expect(flattened(nested)).toEqual({ fault });
  });
});
