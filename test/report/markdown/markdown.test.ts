import { describe, expect, it } from 'vitest';
import { markdown } from '../../../src/report/markdown/markdown.js';
import type { RunLayer } from '../../../src/run/schema.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

/** The rows of all tables, the heads and rules aside; cells are parted by pipes that no backslash escapes. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| layer |'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const bytes = (text: string) => Buffer.byteLength(text);
const working = (count: number): RunLayer[] =>
  Array.from({ length: count }, (_, i) => layer(`layer${i}.conv`, 50 + (i % 20), 100));

describe('a report in Markdown', () => {
  const tail = run([layer('a', 6, 8), layer('b', 5, 8), layer('c', 1, 8), layer('fc', 2, 2, { op: 'Gemm' })]);

  it('begins with the verdict and has one row per layer', () => {
    const text = markdown([tail], {});
    expect(text).toMatch(/^### Saturation of 4 layers: 1 in a tail\n/);
    expect(text).toContain('**The last layer before the output, `c`, uses only 13 % of its features');
    expect(text).toContain('`models/net.onnx` · 497 samples of `images/` · eval · threshold 99 %');
    expect(rows(text)).toEqual([
      ['`a`', 'Conv', '8', '6', '75.0 %', 'healthy', ''],
      ['`b`', 'Conv', '8', '5', '62.5 %', 'healthy', ''],
      ['`c`', 'Conv', '8', '1', '12.5 %', '**tail**', ''],
      ['`fc`', 'Gemm', '2', '2', '100.0 %', 'output', ''],
    ]);
    expect(text).not.toContain('<details>');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('says how the data were prepared, and what labels they have', () => {
    const data = (parts: object) => ({ source: 'x', reader: 'images', samples: 9, skipped: 0, ...parts });
    const one = data({
      preprocessing: { scale: 1 / 255, mean: [0.1307, 0.5], color: 'gray' },
      labels: { classes: 7, samples: 9, top1: 2 / 3, counts: { a: 1, b: 3, c: 1, d: 1, e: 1, f: 1, g: 1 } },
    });
    expect(markdown([run(working(3), { data: one })], {})).toContain(
      'threshold 99 %  \ntop-1 66.7 % · prepared: scale 0.003922, mean 0.1307 0.5, color gray · 7 labels \\(b: 3, a: 1, c: 1, d: 1, e: 1, f: 1, …\\)\n',
    );
    const two = data({ preprocessing: { 'ids.npy': { seed: 1 }, 'mask.npy': { seed: 2 } } });
    expect(markdown([run(working(3), { data: two })], {})).toContain(
      'prepared: ids.npy: seed 1; mask.npy: seed 2\n',
    );
  });

  it('cuts long names so that they stay different', () => {
    const layers = Array.from({ length: 4 }, (_, i) =>
      layer(`${'bert.encoder.'.repeat(3)}layer.${i}.${'attention.'.repeat(4)}query`, 50, 100),
    );
    for (const runs of [[run(layers)], [run(layers), run(layers)]]) {
      expect(new Set(rows(markdown(runs, {})).map(([name]) => name)).size).toBe(4);
    }
  });

  it('says what is doubtful', () => {
    const text = markdown([run([...working(2), invalidLayer('nan', 4)])], {});
    expect(text).toContain('1 without numbers');
    expect(rows(text).at(-1)).toEqual([
      '`nan`',
      'Conv',
      '4',
      '–',
      '–',
      '**invalid**',
      'invalid: NaN or Inf in its activations in batch 3',
    ]);
  });

  it('folds many layers, and has what was found before them, the worst first', () => {
    const layers = [
      ...working(40),
      layer('wide', 8, 8),
      layer('t1', 9, 100),
      layer('t2', 2, 100),
      layer('fc', 1, 2),
    ];
    const text = markdown([run(layers)], {});
    const [open, folded] = text.split('<details><summary>All 44 layers in forward order</summary>');
    expect(rows(open).map(([name]) => name)).toEqual(['`t2`', '`t1`', '`wide`']);
    expect(rows(folded).map(([name]) => name)).toEqual(layers.map(({ name }) => `\`${name}\``));
    expect(folded).toContain('\n\n</details>');
  });

  it('fits into a comment, and says how many of the least remarkable layers it leaves out', () => {
    const named = working(900).map((each, i) => ({ ...each, name: `${'module.'.repeat(7)}${i}` }));
    const text = markdown([run([...named, layer('worst', 1, 100), layer('fc', 1, 2)])], {});
    expect(bytes(text)).toBeLessThan(65_536);
    expect(bytes(text)).toBeGreaterThan(55_000);
    const shown = rows(text.split('<details>')[1]).length;
    expect(text).toContain(`${shown} of 902 layers in forward order`);
    expect(text).toContain(`${902 - shown} layers left out, the least remarkable ones`);
    expect(rows(text).map(([name]) => name)).toContain('`worst`');
  });

  it('fits into a comment with many runs, doubts and long names', () => {
    const layers = working(400).map((each, i) => ({
      ...each,
      name: `${'層'.repeat(300)}|${i}`,
      warnings: ['few '.repeat(500) + i],
    }));
    const runs = Array.from({ length: 40 }, () => run(layers));
    const text = markdown(runs, { names: runs.map((_, i) => `${'長'.repeat(400)}${i}.delve`) });
    expect(bytes(text)).toBeLessThan(65_536);
    expect(text).toContain('34 runs between the first and the last 5 left out');
  });

  it('lays runs side by side, with the change from the first to the last', () => {
    const before = run([layer('a', 4, 8), layer('old', 1, 8), layer('b', 5, 8), layer('fc', 1, 2)]);
    const after = run([layer('a', 6, 8), layer('b', 5, 8), layer('new', 5, 8), layer('fc', 1, 2)]);
    const text = markdown([before, after], { names: ['main.delve', 'new.delve'] });
    expect(text).toMatch(/; 1 changed, by up to \+25\.0 points\n/);
    expect(text).toContain('| layer | op | features | `main.delve` | `new.delve` | change | reading |');
    expect(rows(text)).toEqual([
      ['`a`', 'Conv', '8', '50.0 %', '75.0 %', '+25.0', 'healthy'],
      ['`b`', 'Conv', '8', '62.5 %', '62.5 %', '0.0', 'healthy'],
      ['`new`', 'Conv', '8', '', '62.5 %', '–', 'healthy'],
      ['`fc`', 'Conv', '2', '50.0 %', '50.0 %', '0.0', 'output'],
      ['`old`', 'Conv', '8', '12.5 %', '', '–', 'gone'],
    ]);
  });

  it('says where runs do not compare', () => {
    const { settings, ...rest } = tail;
    const other = { ...rest, settings: { ...settings, threshold: 0.9 } };
    expect(markdown([tail, other], {})).toContain(
      'threshold was 0.99 and is 0.9: the numbers do not mean the same',
    );
  });

  it('is neither broken nor lets anybody be notified by names', () => {
    const names = [
      'a|b',
      '`tick`',
      'a\\|b',
      '<script>alert(1)</script>',
      'two\nlines',
      '@everyone',
      '#12',
      '![x](http://example.org/x.png)',
      'say "x", or not',
      '層の名前',
      `${'x'.repeat(250)}${'y'.repeat(250)}`,
    ];
    const warnings = ['@team look at <img src=x> | #7 `x`'];
    const text = markdown([run(names.map((name) => layer(name, 4, 8, { op: 'Op@me|', warnings })))], {
      names: ['@team'],
    });
    expect(rows(text)).toHaveLength(names.length);
    for (const row of rows(text)) expect(row).toHaveLength(7);
    const outsideOfCode = text.replaceAll(/`[^`\n]*`/g, '').replaceAll(/<code>.*?<\/code>/g, '');
    expect(outsideOfCode).not.toContain('<');
    expect(outsideOfCode).not.toMatch(/@\w|&#64;\w|#\d+\b(?!;)|http:/);
    const [pipe, ticks, both, script, lines, , , , quotes, other, long] = rows(text).map(([name]) => name);
    expect(pipe).toBe('<code>a&#124;b</code>');
    expect(ticks).toBe('<code>&#96;tick&#96;</code>');
    expect(both).toBe('<code>a&#92;&#124;b</code>');
    expect(script).toBe('`<script>alert(1)</script>`');
    expect(lines).toBe('<code>two&#92;nlines</code>');
    expect(quotes).toBe('`say "x", or not`');
    expect(other).toBe('`層の名前`');
    expect(long).toMatch(/^`x+…y+`$/);
  });
});
