import { describe, expect, it } from 'vitest';
import { displayWidth, padEnd, padStart, shorten, wrap } from '../../src/text/displayWidth.js';

describe('the width of a text', () => {
  // As `wcswidth` of wcwidth 0.2 gives it, with emoji as terminals of today draw them.
  it.each([
    ['layer1.conv1', 12],
    ['', 0],
    ['層1', 3],
    ['한글', 4],
    ['ｆｕｌｌ', 8],
    ['é', 1],
    ['e\u0301', 1],
    ['😀', 2],
    ['👩‍👩‍👧', 2],
    ['█▏·…→', 5],
    ['ß→x', 3],
  ])('of %s is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('a shortened text', () => {
  it('keeps both ends, and shows that something is missing', () => {
    expect(shorten('encoder.layers.11.attention.query', 20, '…')).toBe('encoder.l…tion.query');
    expect(shorten('abcdef', 6, '…')).toBe('abcdef');
    expect(shorten('abcdef', 5, '…')).toBe('ab…ef');
    expect(shorten('abcdef', 5, '~')).toBe('ab~ef');
    expect(shorten('abcdef', 1, '…')).toBe('…');
  });

  it('never splits a wide letter, nor takes more room', () => {
    for (let width = 1; width < 12; width++) {
      const short = shorten('層層層a層層層', width, '…');
      expect(displayWidth(short)).toBeLessThanOrEqual(width);
      expect(short).toContain('…');
    }
  });
});

it('pads by width, not by length', () => {
  expect(padEnd('層', 4)).toBe('層  ');
  expect(padStart('層', 4)).toBe('  層');
  expect(padEnd('long', 2)).toBe('long');
});

describe('a wrapped text', () => {
  it('breaks between words and indents what follows', () => {
    expect(wrap('aaa bbb ccc ddd', 7, '  ')).toEqual(['aaa bbb', '  ccc', '  ddd']);
    expect(wrap('', 7)).toEqual([]);
  });

  it('leaves a per cent sign with its number', () => {
    expect(wrap('uses 99 % of it', 8)).toEqual(['uses', '99 % of', 'it']);
  });

  it('breaks a word that fits on no line, losing nothing', () => {
    const lines = wrap(`x ${'層'.repeat(10)} y`, 8, '  ');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(8);
    expect(lines.join('').replaceAll(' ', '')).toBe(`x${'層'.repeat(10)}y`);
  });
});

it('wraps a word as long as a file in time that grows with its length only', () => {
  const started = performance.now();
  const lines = wrap('x'.repeat(200_000), 80, '  ');
  // 80 columns in the first line, 78 in each of the others: 1 + ⌈199920 / 78⌉.
  expect(lines).toHaveLength(1 + Math.ceil(199_920 / 78));
  expect(lines.map((line) => line.trim()).join('')).toBe('x'.repeat(200_000));
  expect(performance.now() - started).toBeLessThan(5000);
});
