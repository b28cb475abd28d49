import { describe, expect, it, test } from 'vitest';
import { displayWidth } from '../../src/text/displayWidth.js';
import { shortener, shortNames } from '../../src/text/shortNames.js';

const transformer = Array.from({ length: 48 }, (_, layer) =>
  ['attention.self.query', 'attention.self.key', 'attention.output.dense', 'intermediate.dense'].map(
    (part) => `bert.encoder.layer.${layer}.${part}`,
  ),
).flat();

test('keeps the number that tells two layers of a transformer apart', () => {
  const names = [0, 1].map((layer) => `bert.encoder.layer.${layer}.attention.self.query`);
  // Of 34 columns the ellipsis takes one, `0.attention.self.query` 22, and 11 are left for the start.
  expect([...shortNames(names, 34, '…').values()]).toEqual([
    'bert.encode…0.attention.self.query',
    'bert.encode…1.attention.self.query',
  ]);
});

test.each([60, 40, 34, 28, 20, 14, 10])(
  'hundreds of different names stay different in %i columns',
  (width) => {
    const shown = [...shortNames(transformer, width, '…').values()];
    expect(new Set(shown).size).toBe(192);
    expect(Math.max(...shown.map(displayWidth))).toBeLessThanOrEqual(width);
  },
);

test('a cut name does not take the look of one that fits', () => {
  const shown = [...shortNames(['aaaaa…bbbbb', 'aaaaaxxxbbbbb'], 11, '…').values()];
  expect(shown[0]).toBe('aaaaa…bbbbb');
  expect(new Set(shown).size).toBe(2);
});

describe('names that stand beside each other', () => {
  it('are printable and stay different; others are cut as they are', () => {
    const names = ['query', 'value'].flatMap((end) =>
      [0, 1, 10].map((i) => `bert.encoder.layer.${i}.attention.self.attention.${end}`),
    );
    const short = shortener([...names, 'a\nb'], 20);
    expect(new Set(names.map(short)).size).toBe(6);
    expect(names.every((name) => short(name).length <= 20)).toBe(true);
    expect(short('a\nb')).toBe('a\\nb');
    expect(short('x'.repeat(30))).toBe(`${'x'.repeat(9)}…${'x'.repeat(10)}`);
  });

  it('are told apart in little time where thousands look alike', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `${'a'.repeat(100)}.${i}.${'b'.repeat(100)}`);
    const started = performance.now();
    expect(new Set(names.map(shortener(names, 18))).size).toBe(3000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
