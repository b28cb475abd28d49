import { describe, expect, test } from 'vitest';
import { cellNumber, chooseColumns, isHeader } from '../../../../src/data/readers/csv/csvColumns.js';

test.each<[string, number | undefined]>([
  ['1.5', 1.5],
  [' -3e-2 ', -0.03],
  ['0', 0],
  [' 0.0 ', 0],
  ['', undefined],
  ['  ', undefined],
  ['NaN', undefined],
  ['-Infinity', undefined],
  ['1e999', undefined],
  ['1 2', undefined],
])('the number in %j is %j', (cell, number) => {
  expect(cellNumber(cell)).toBe(number);
});

test.each<[boolean, string[], string[] | undefined]>([
  [true, ['a', 'b'], undefined],
  [true, ['a', 'b'], ['c', 'd']],
  [true, ['a', '2019'], ['1', '2']],
  [false, ['a', '2019'], ['b', '2']],
  [false, ['1', '2019'], ['b', '2']],
  [false, ['a', '2019'], undefined],
  [false, ['1', 'a'], ['2']],
])('a header: %s for %j above %j', (isOne, first, second) => {
  expect(isHeader(first, second)).toBe(isOne);
});

describe('the features of a table', () => {
  const choose = (header: string[] | undefined, first: string[], options = {}) =>
    chooseColumns('t.csv', header, first, options);

  test('are the columns with a number, by the trimmed names of the header', () => {
    expect(choose([' id ', 'w', 'y'], ['a1', '1.5', '2'], { labelColumn: 'y' })).toEqual({
      features: [1],
      label: 2,
      names: ['id', 'w', 'y'],
      hasHeader: true,
    });
    expect(choose(undefined, ['1', 'x', '3'])).toMatchObject({
      features: [0, 2],
      names: ['1', '2', '3'],
      hasHeader: false,
    });
  });

  test('leave the label out, also where it is chosen with them', () => {
    expect(choose(['a', 'y', 'b'], ['1', '2', '3'], { columns: '1-3', labelColumn: 'y' }).features).toEqual([
      0, 2,
    ]);
  });

  test('count a missing cell where such are filled, but not the blank that a last delimiter leaves', () => {
    const missing = 'zero';
    expect(choose(undefined, ['', 'NA', '3', ''], { missing }).features).toEqual([0, 1, 2]);
    expect(choose(undefined, ['1', ' NA'], { missing }).features).toEqual([0, 1]);
    expect(choose(['a', 'b'], ['1', ' '], { missing }).features).toEqual([0, 1]);
    expect(choose(['a', ' '], ['1', ' '], { missing }).features).toEqual([0]);
    expect(choose(undefined, ['', 'NA', '3', '']).features).toEqual([2]);
  });

  test.each(['1,5', ' -1,5 ', '+12,50', '1,5e3', '1,5E-10', '5;2', '5;-2', '15;25'])(
    'hold no decimals with a comma: %j',
    (cell) => {
      expect(() => choose(undefined, ['1', cell])).toThrow(
        `t.csv writes decimals with a comma (${cell.trim()})`,
      );
      expect(() => choose(undefined, ['1', cell], { columns: '1-2' })).toThrow('with a comma');
      // A label, a category and a column that is not chosen may look as they like.
      expect(choose(undefined, ['1', cell], { labelColumn: 2 }).features).toEqual([0]);
      expect(choose(undefined, ['1', cell], { oneHot: '2' }).features).toEqual([0, 1]);
      expect(choose(undefined, ['1', cell], { columns: '1' }).features).toEqual([0]);
    },
  );

  test.each(['x1,5', '1,5x', '1,', ',5', '1,5,6', '1,5e', '5;2;3', '5;x'])('%j is a word', (cell) => {
    expect(choose(undefined, ['1', cell]).features).toEqual([0]);
  });
});
