import { describe, expect, test } from 'vitest';
import { CellAssembly, type Nesting } from '../../../../src/data/readers/tables/parquet/assembleCells.js';
import type { Page } from '../../../../src/data/readers/tables/parquet/parquetPages.js';
import { isBad, isList } from '../../../../src/data/readers/tables/table.js';

// Levels by the rules of https://parquet.apache.org/docs/file-format/nestedencoding: a repetition level says at which
// depth a list goes on (0: a row begins), a definition level how much of the path to a value is there.

interface Levels {
  readonly repetition?: readonly number[];
  readonly definition?: readonly number[];
  readonly values: Page['values'];
}

function page({ repetition, definition, values }: Levels): Page {
  return { count: repetition?.length ?? definition?.length ?? values.length, repetition, definition, values };
}

/** The rows of pages: of lists their sizes and numbers, of faults their words. */
function rowsOf(nesting: Partial<Nesting>, ...pages: readonly Levels[]) {
  const assembly = new CellAssembly({ rank: 1, defined: 1, type: 'float64', ...nesting });
  const cells = [...pages.flatMap((each) => assembly.add(page(each))), ...assembly.end()];
  return cells.map((cell) => {
    if (isBad(cell)) return cell.fault;
    return isList(cell) ? [cell.dims, [...cell.data]] : cell;
  });
}

const floats = (...values: number[]) => Float64Array.from(values);

describe('values without lists', () => {
  test('are cells, empty where they are not there', () => {
    expect(rowsOf({ rank: 0, defined: 0 }, { values: ['a', 'b'] }, { values: [3n] })).toEqual(['a', 'b', 3n]);
    expect(rowsOf({ rank: 0 }, { definition: [0, 1, 0, 1], values: [7, true] })).toEqual([
      ...[undefined, 7, undefined, true],
    ]);
  });

  test('are as many as their levels say', () => {
    expect(() => rowsOf({ rank: 0 }, { definition: [1, 1], values: [7] })).toThrow(
      'a page holds fewer values than its levels say',
    );
  });
});

describe('lists', () => {
  test('are put together from levels', () => {
    // [1, 2], [3], [4, 5, 6]
    expect(rowsOf({}, { repetition: [0, 1, 0, 0, 1, 1], values: floats(1, 2, 3, 4, 5, 6) })).toEqual([
      [[2], [1, 2]],
      [[1], [3]],
      [[3], [4, 5, 6]],
    ]);
  });

  test('go on in the next pages', () => {
    const pages = [
      { repetition: [0, 1], values: floats(1, 2) },
      { repetition: [1], values: floats(3) },
      { repetition: [1, 0, 1], values: floats(4, 5, 6) },
    ];
    expect(rowsOf({}, ...pages)).toEqual([
      [[4], [1, 2, 3, 4]],
      [[2], [5, 6]],
    ]);
  });

  test('are complete when the next row begins, or at the end', () => {
    const assembly = new CellAssembly({ rank: 1, defined: 1, type: 'float64' });
    expect(assembly.openRows).toBe(0);
    expect(assembly.end()).toEqual([]);
    expect(assembly.add(page({ repetition: [0, 1], values: floats(1, 2) }))).toEqual([]);
    expect(assembly.openRows).toBe(1);
    expect(assembly.add(page({ repetition: [0], values: floats(3) }))).toHaveLength(1);
    expect(assembly.end()).toHaveLength(1);
    expect([assembly.openRows, assembly.end()]).toEqual([0, []]);
  });

  test('within lists keep their shape', () => {
    // [[1, 2, 3], [4, 5, 6]], [[7], [8]]
    const repetition = [0, 2, 2, 1, 2, 2, 0, 1];
    expect(rowsOf({ rank: 2 }, { repetition, values: floats(1, 2, 3, 4, 5, 6, 7, 8) })).toEqual([
      [
        [2, 3],
        [1, 2, 3, 4, 5, 6],
      ],
      [
        [2, 1],
        [7, 8],
      ],
    ]);
    // [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], its end in a page of its own
    expect(
      rowsOf(
        { rank: 3 },
        { repetition: [0, 3, 2, 3, 1], values: floats(1, 2, 3, 4, 5) },
        { repetition: [3, 2, 3], values: floats(6, 7, 8) },
      ),
    ).toEqual([
      [
        [2, 2, 2],
        [1, 2, 3, 4, 5, 6, 7, 8],
      ],
    ]);
  });

  test.each([
    ['[[1, 2], [3]]', [0, 2, 1], 3],
    ['[[1], [2, 3]]', [0, 1, 2], 3],
    ['[[1, 2], [3, 4], [5]]', [0, 2, 1, 2, 1], 5],
    ['[[1], [2], [3, 4]]', [0, 1, 1, 2], 4],
  ])('of different lengths have no shape: %s', (_, repetition, count) => {
    // A sound row comes behind.
    const levels = { repetition: [...repetition, 0], values: floats(...Array(count).keys(), 9) };
    expect(rowsOf({ rank: 2 }, levels)).toEqual(['holds lists of different lengths', [[1, 1], [9]]]);
  });

  test('with a hole are no value, those before and after them are', () => {
    // [1], [2, null, 3], null, [4]
    const levels = {
      repetition: [0, 0, 1, 1, 0, 0],
      definition: [3, 3, 2, 3, 0, 3],
      values: floats(1, 2, 3, 4),
    };
    expect(rowsOf({ defined: 3 }, levels)).toEqual([
      [[1], [1]],
      'holds a missing value or an empty list',
      'holds a missing value or an empty list',
      [[1], [4]],
    ]);
  });

  test('have numbers of the type of the column', () => {
    const repetition = [0, 1];
    const made = (type: Nesting['type'], values: Page['values']) => {
      const assembly = new CellAssembly({ rank: 1, defined: 1, type });
      assembly.add(page({ repetition, values }));
      const [cell] = assembly.end();
      return isList(cell) ? cell.data : cell;
    };
    expect(made('float32', [0.5, 3])).toEqual(Float32Array.of(0.5, 3));
    expect(made('bool', [true, false])).toEqual(Uint8Array.of(1, 0));
    expect(made('int64', [5n, -6n])).toEqual(BigInt64Array.of(5n, -6n));
    expect(made('uint64', [2n ** 64n - 1n, 0n])).toEqual(BigUint64Array.of(2n ** 64n - 1n, 0n));
    expect(made('uint8', Int32Array.of(200, 7))).toEqual(Uint8Array.of(200, 7));
  });

  test.each<[string, Partial<Nesting>, Levels, string]>([
    ['a list goes on that never began', {}, { repetition: [1], values: floats(1) }, 'its repetition levels'],
    ['a list is too deep', {}, { repetition: [0, 2], values: floats(1, 2) }, 'its repetition levels'],
    ['values lack', {}, { repetition: [0, 1, 0], values: floats(1, 2) }, 'fewer values than its levels'],
    [
      'a value lies outside a dictionary',
      {},
      { repetition: [0], values: [undefined] },
      'outside its dictionary',
    ],
    [
      'so does one of 64 bits',
      { type: 'int64' },
      { repetition: [0], values: [undefined] },
      'outside its dictionary',
    ],
  ])('are damaged where %s', (_, nesting, levels, message) => {
    expect(() => rowsOf(nesting, levels)).toThrow(message);
  });
});
