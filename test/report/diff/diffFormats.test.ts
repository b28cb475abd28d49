import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { diffCsv } from '../../../src/report/diff/diffCsv.js';
import { diffFormats } from '../../../src/report/diff/diffFormats.js';
import { diffMarkdown } from '../../../src/report/diff/diffMarkdown.js';
import { diffFormatNames } from '../../../src/report/formatNames.js';
import { diffRuns } from '../../../src/run/compare/diffRuns.js';
import { layer, run } from '../../support/runs.js';

const HOSTILE = '<script>alert("1"),\n|`x`';
const before = run([layer('a', 3, 4), layer(HOSTILE, 32, 64), layer('gone', 1, 4)]);
const after = run([layer('a', 3, 4), layer(HOSTILE, 16, 64), layer('new', 1, 4)]);
const diff = diffRuns(before, after);

it('the formats that the command line takes are those there are', () => {
  expect(diffFormatNames).toEqual([...diffFormats.keys()]);
});

describe('two runs as CSV', () => {
  it('have one row per layer, all digits, and say in which run a layer is', () => {
    const { data, errors } = Papa.parse<Record<string, string>>(diffCsv(diff), {
      header: true,
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    expect(
      data.map((row) => [row.layer, row.in, row['saturation.before'], row['saturation.change']]),
    ).toEqual([
      [HOSTILE, 'both', '0.5', '-0.25'],
      ['a', 'both', '0.75', '0'],
      ['new', 'after', '', ''],
      ['gone', 'before', '', ''],
    ]);
    expect(data[0]).toMatchObject({ 'intrinsicDimensionality.after': '16', 'features.before': '64' });
  });
});

describe('two runs as Markdown', () => {
  it('show what changed and count the rest, whatever layers are called', () => {
    expect(diffMarkdown(diff, { names: ['a.delve', 'b_1.delve'] })).toBe(
      [
        '### delve: saturation of b\\_1.delve, compared with a.delve',
        '',
        '| layer | before | after | points | dimensions |',
        '| --- | ---: | ---: | ---: | ---: |',
        '| &lt;script&gt;alert\\("1"\\),\\\\n\\|\\`x\\` | 50.0 % | 25.0 % | -25.0 | 32/64 → 16/64 |',
        '',
        'New: new',
        '',
        'Gone: gone',
        '',
        '1 layer changed, 1 did not.',
        '',
      ].join('\n'),
    );
  });

  it('say where the settings differ, and where nothing compares', () => {
    const other = diffRuns(before, { ...before, settings: { ...before.settings, threshold: 0.9 } });
    expect(diffMarkdown(other)).toContain(
      '⚠️ threshold was 0.99 and is 0.9: the numbers do not mean the same.',
    );
    // Before the layers, of which it says how far to trust them.
    expect(diffMarkdown(other).split('\n\n')[1]).toMatch(/^⚠️ threshold/);
    expect(diffMarkdown(other)).toContain('0 layers changed, 3 did not.');
    expect(diffMarkdown(diffRuns(before, run([])))).toContain('The runs have no layer in common.\n');
  });
});

describe('a layer that was called otherwise', () => {
  const moved = diffRuns(
    run([layer('stem', 3, 4, { weights: 'A' }), layer('fc', 1, 4, { weights: 'B' })]),
    run([layer('conv2d_0', 2, 4, { weights: 'A' }), layer('gemm_0', 1, 4, { weights: 'B' })]),
  );

  it('has its old name beside the new one in every format', () => {
    const rows = Papa.parse<Record<string, string>>(diffCsv(moved), { header: true, skipEmptyLines: true });
    expect(rows.data.map((row) => [row.layer, row.in, row.was])).toEqual([
      ['conv2d_0', 'both', 'stem'],
      ['gemm_0', 'both', 'fc'],
    ]);
    const text = diffMarkdown(moved, { names: ['a', 'b'] });
    expect(text).toContain('| conv2d\\_0 (was stem) | 75.0 % | 50.0 % |');
    expect(text).toContain('\n\nRenamed: gemm\\_0 (was fc)\n\n1 layer changed, 1 did not.\n');
    const json = JSON.parse(diffFormats.get('json')?.(moved, {}) ?? '');
    expect(json.layers).toMatchObject([
      { name: 'conv2d_0', was: 'stem' },
      { name: 'gemm_0', was: 'fc' },
    ]);
    expect(json).toMatchObject({ added: [], gone: [] });
    expect(Object.keys(diff.layers[0])).not.toContain('was');
  });
});
