import { describe, expect, it } from 'vitest';
import { bar } from '../../../src/report/table/bar.js';
import { ascii, unicode } from '../../../src/text/symbols.js';

const drawn = (share: number, width: number, symbols = unicode) => {
  const { filled, rest } = bar(share, width, symbols);
  return filled + rest;
};

describe('a bar', () => {
  it.each([
    [0, '····'],
    [0.25, '█···'],
    [0.5, '██··'],
    [0.53125, '██▏·'], // 17 of 32 eighths
    [0.96875, '███▉'], // 31 of 32
    [1, '████'],
  ])('of %d', (share, text) => {
    expect(drawn(share, 4)).toBe(text);
  });

  it('shows what is not 0, and that something is missing', () => {
    expect(drawn(0.0001, 4)).toBe('▏···');
    expect(drawn(0.9999, 4)).toBe('███▉');
  });

  it('is as wide in ASCII', () => {
    expect(drawn(0.53, 10, ascii)).toBe('#####.....');
    expect(drawn(0.001, 10, ascii)).toBe('#.........');
  });
});
