import { expect, it } from 'vitest';
import { csvRow } from '../../src/text/csvRow.js';

it.each([
  [['a', 1, null, undefined, 0.5], 'a,1,,,0.5\r\n'],
  [['a,b', 'say "hi"', 'x\ny', 'x\ry'], '"a,b","say ""hi""","x\ny","x\ry"\r\n'],
  // Blanks at the ends are lost on readers that trim.
  [[' a', 'b ', 'c d', ''], '" a","b ",c d,\r\n'],
  [[], '\r\n'],
])('the cells %j are the record %j', (cells, record) => {
  expect(csvRow(cells)).toBe(record);
});
