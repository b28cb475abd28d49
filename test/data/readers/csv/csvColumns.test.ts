import { expect, test } from 'vitest';
import { chooseColumns } from '../../../../src/data/readers/csv/csvColumns.js';

test.each([
  ['1,5', ['1', '1,5']], // semicolons between cells
  ['5;2', ['1', '5;2', '5']], // the same, where the commas were taken for what stands between cells
  ['-0,25', ['-0,25']],
])('refuses decimals with a comma, rather than leaving their columns out: %s', (cell, row) => {
  expect(() => chooseColumns('t.csv', undefined, row, {})).toThrow(
    `t.csv writes decimals with a comma (${cell}): write them with a point, such as 1.5`,
  );
});

test('takes such a cell for a label, or leaves it out where other columns are chosen', () => {
  expect(chooseColumns('t.csv', undefined, ['1', '1,5'], { labelColumn: '2' }).features).toEqual([0]);
  expect(chooseColumns('t.csv', undefined, ['1', '1,5'], { columns: '1' }).features).toEqual([0]);
});
