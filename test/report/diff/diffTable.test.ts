import { describe, expect, it } from 'vitest';
import { diffTable } from '../../../src/report/diff/diffTable.js';
import { diffRuns } from '../../../src/run/compare/diffRuns.js';
import { displayWidth } from '../../../src/text/displayWidth.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const before = run([
  layer('stem', 3, 4),
  layer('layer1.conv1', 32, 64),
  invalidLayer('nan', 4),
  layer('gone', 1, 4),
]);
const after = run([
  layer('stem', 3, 4),
  layer('layer1.conv1', 16, 64),
  layer('nan', 1, 4),
  layer('new', 1, 4),
]);

describe('two runs side by side', () => {
  it('read like this', () => {
    expect(diffTable(diffRuns(before, after), { names: ['a.delve', 'b.delve'] })).toBe(
      [
        'before  a.delve · 497 samples of images/',
        'after   b.delve · 497 samples of images/',
        '',
        'layer         before   after      Δ            dim',
        '──────────────────────────────────────────────────',
        'nan                -  25.0 %      -      -/4 → 1/4',
        'layer1.conv1  50.0 %  25.0 %  -25.0  32/64 → 16/64',
        'stem          75.0 %  75.0 %    0.0      3/4 → 3/4',
        '',
        '! only in the second run: new',
        '! only in the first run: gone',
        '',
        '3 layers in both, 1 new, 1 gone; the saturation of 1 layer changed, most of all',
        '`layer1.conv1` (-25.0 points).',
        '',
      ].join('\n'),
    );
  });

  it('warn where the settings differ', () => {
    const other = { ...after, settings: { ...after.settings, threshold: 0.9 } };
    expect(diffTable(diffRuns(before, other))).toContain(
      '! threshold was 0.99 and is 0.9: the numbers do not mean the same\n',
    );
  });

  it('fit 80 columns without escape codes, whatever the names are', () => {
    const odd = run([layer('層'.repeat(60), 1, 2048), layer(`\u001b[31m${'x'.repeat(200)}`, 1, 100_000)]);
    const text = diffTable(diffRuns(odd, odd), { names: ['n'.repeat(300), '層'.repeat(100)] });
    expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(80);
    expect(text).not.toContain('\u001b');
    expect(diffTable(diffRuns(before, after), { color: true })).toContain('\u001b[31m-25.0');
  });

  it('say what a layer was called before', () => {
    const renamed = (a: string, b: string) =>
      run([layer(a, 3, 4, { weights: 'A' }), layer(b, 1, 4, { weights: 'B' })]);
    const names = ['a.delve', 'b.delve'];
    const text = diffTable(diffRuns(renamed('stem', 'fc'), renamed('conv2d_0', 'fc')), { names });
    expect(text.split('\n').slice(3, 7)).toEqual([
      'layer     was   before   after    Δ        dim',
      '──────────────────────────────────────────────',
      'conv2d_0  stem  75.0 %  75.0 %  0.0  3/4 → 3/4',
      'fc              25.0 %  25.0 %  0.0  1/4 → 1/4',
    ]);
    // Cut names stay apart, and lines within the width.
    const long = (end: string) => `${'bert.encoder.layer.'.repeat(4)}${end}`;
    const wide = diffTable(
      diffRuns(renamed(long('0.query'), long('1.query')), renamed(long('2.query'), long('3.query'))),
    );
    expect(Math.max(...wide.split('\n').map(displayWidth))).toBeLessThanOrEqual(80);
    const shown = wide.split('\n').flatMap((line) => /^(\S+) {2}(\S+) {2}\d/.exec(line)?.slice(1) ?? []);
    expect([shown.length, new Set(shown).size]).toEqual([4, 4]);
  });

  it('say where nothing compares', () => {
    expect(diffTable(diffRuns(before, run([])))).toContain('The runs have no layer in common.\n');
  });
});
