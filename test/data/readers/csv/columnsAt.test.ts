import { describe, expect, test } from 'vitest';
import { columnCalled, columnsAt } from '../../../../src/data/readers/csv/columnsAt.js';

const plain = ['a', 'b', 'c', 'd'];
/** Names that could be taken for numbers and ranges. */
const misleading = ['3', '2-3', '1', ' spaced'];

describe('columns', () => {
  test.each<[string | string[], readonly string[], number[]]>([
    ['d, b', plain, [3, 1]],
    [['c', ' a '], plain, [2, 0]],
    ['1,4', plain, [0, 3]],
    ['2-4', plain, [1, 2, 3]],
    [' 3 - 4 ', plain, [2, 3]],
    ['3-3', plain, [2]],
    ['3,1', misleading, [0, 2]],
    ['2-3', misleading, [1]],
    // The ends of a range are positions, also where a column has such a number for its name.
    ['1-3', misleading, [0, 1, 2]],
    ['4', misleading, [3]],
  ])('%j of %j', (columns, names, expected) => {
    expect(columnsAt(columns, names, 't.csv')).toEqual(expected);
  });

  test('have numbers of several digits', () => {
    const twelve = Array.from({ length: 12 }, (_, i) => `column ${i}`);
    expect(columnsAt('10-12,11', twelve, 't.csv')).toEqual([9, 10, 11, 10]);
    expect(columnsAt('9-10', twelve, 't.csv')).toEqual([8, 9]);
    // A name with blanks around it is still that name, and no range.
    expect(columnsAt([' 2-3 '], misleading, 't.csv')).toEqual([1]);
  });

  test.each([
    ['0', '0'],
    ['5', '5'],
    ['a,1x', '1x'],
    ['x1', 'x1'],
    ['x1-2', 'x1-2'],
    ['1-2x', '1-2x'],
    ['0-2', '0'],
    ['3-5', '5'],
  ])('%j of a, b, c, d are not there', (columns, missing) => {
    expect(() => columnsAt(columns, plain, 't.csv')).toThrow(
      `t.csv has no column ${missing}: it has 4 (a, b, c, d)`,
    );
  });

  test('are not named backwards', () => {
    expect(() => columnsAt('a, 3-2', plain, 't.csv')).toThrow('--columns 3-2 runs backwards');
  });

  test('are called by name first, unless a number is asked for', () => {
    expect(columnCalled(' 3 ', misleading, 't.csv')).toBe(0);
    expect(columnCalled('3', misleading, 't.csv', 'number')).toBe(2);
  });
});
