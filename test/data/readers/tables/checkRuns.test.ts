import { describe, expect, test } from 'vitest';
import { checkRuns } from '../../../../src/data/readers/tables/parquet/checkRuns.js';

const check = (bytes: readonly number[], width: number, count: number, start = 0) => {
  checkRuns(new DataView(Uint8Array.from(bytes).buffer), start, width, count);
};

// A header is twice the length of a run of one value, which follows in as many bytes as its bits take; or twice the number
// of packed groups of 8, plus 1, each of as many bytes as a value has bits. Headers have 7 bits a byte, lowest first.
const run = (length: number, ...value: number[]) => [...varint(2 * length), ...value];
const packed = (groups: number, ...bytes: number[]) => [...varint(2 * groups + 1), ...bytes];
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

describe('runs', () => {
  test.each<[string, number[], number, number]>([
    ['of one value', run(10, 1), 1, 10],
    ['of a value of two bytes, then another', [...run(4, 1, 1), ...run(6, 0, 1)], 9, 10],
    ['of more than 127', run(300, 1), 1, 300],
    ['that are packed, the last group filled up', packed(2, 0xff, 0x03), 1, 10],
    ['packed in three bits a value, then of one', [...packed(1, 1, 2, 3), ...run(2, 5)], 3, 10],
    ['packed and filled up by up to 64 groups', packed(65, ...Array(65).fill(0)), 1, 8],
    ['of nothing', [], 1, 0],
  ])('%s are sound', (_, bytes, width, count) => {
    expect(() => check(bytes, width, count)).not.toThrow();
    expect(() => check([0xff, 0xff, ...bytes], width, count, 2)).not.toThrow();
  });

  test.each<[string, number[], number, number]>([
    ['one value too long', run(11, 1), 1, 10],
    ['too long behind another', [...run(4, 1, 1), ...run(7, 0, 1)], 9, 10],
    ['too long behind a packed one', [...packed(1, 1, 2, 3), ...run(3, 5)], 3, 10],
    ['packed and far too long', packed(66), 1, 8],
    ['as long as damaged bytes say', run(2 ** 30, 1), 1, 10],
  ])('are damaged where one is %s', (_, bytes, width, count) => {
    expect(() => check(bytes, width, count)).toThrow('a run is longer than its page');
  });

  test('are damaged where a length never ends, or the bytes do', () => {
    expect(() => check(Array(20).fill(0xff), 1, 10)).toThrow('the length of a run is damaged');
    expect(() => check(run(4, 1), 1, 10)).toThrow(RangeError);
  });
});
