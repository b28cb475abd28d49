import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DataOptions } from '../../../../src/data/options.js';
import type { ModelInput } from '../../../../src/onnx/modelInput.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

/** Reads lines of JSON. */
async function read(
  rows: readonly unknown[],
  options: Partial<DataOptions> = {},
  inputs: readonly ModelInput[] = [input('x', 'float64')],
) {
  const content = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const path = join(await temporaryFolder({ 'd.jsonl': content }), 'd.jsonl');
  return { path, ...(await readAll({ data: [path], ...options }, inputs)) };
}

describe('what is told of a table', () => {
  test('are its columns, its label and how gaps are filled', async () => {
    const rows = [
      { a: 1, b: null, label: 'cat', note: 'x' },
      { a: 3, b: 5, label: 'dog', note: 'y' },
    ];
    const { source, feeds, path } = await read(rows, { csv: { missing: 'mean' } });
    // The first value of b is missing, its mean is 5.
    expect(valuesOf(feeds, 'x')).toEqual([1, 5, 3, 5]);
    expect(feeds[0].labels).toEqual(['cat', 'dog']);
    expect(source).toMatchObject({
      labelled: true,
      notices: [`labels are taken from column label of ${path}`],
      preprocessing: { columns: ['a', 'b'], labelColumn: 'label', missing: 'mean' },
    });
    const named = await read(rows, { csv: { columns: 'a', labelColumn: 'note' } });
    expect(named.feeds[0].labels).toEqual(['x', 'y']);
    expect(named.source.notices).toEqual([]);
    expect(named.source.preprocessing).toEqual({ columns: ['a'], labelColumn: 'note' });
  });

  test('is how many rows there are, once they were read', async () => {
    const { source, feeds } = await read([[1], [2], [3]], {}, [input('x', 'float64', ['n', 1])]);
    expect([source.size, feeds[0].samples]).toEqual([3, 3]);
    expect(source.labelled).toBe(false);
    expect(source.preprocessing).toEqual({ columns: ['list'] });
  });
});

describe('rows of a table', () => {
  test('take the shape of their input where they are of several columns or flat', async () => {
    const square = [input('x', 'float32', ['n', 2, 2])];
    expect(dimsOf((await read([{ a: [1, 2], b: 3, c: 4 }], {}, square)).feeds, 'x')).toEqual([[1, 2, 2]]);
    expect(dimsOf((await read([[1, 2, 3, 4]], {}, square)).feeds, 'x')).toEqual([[1, 2, 2]]);
    await expect(read([[[1, 2, 3, 4]]], {}, square)).rejects.toThrow(
      /the rows of .*d\.jsonl do not fit: it has the shape 1×4, but input x wants 2×2 a sample; choose the columns/,
    );
  });

  test('that differ in the length of their lists are held against the first that fits, where others are skipped', async () => {
    const pair = [input('x', 'float64', ['n', 2])];
    const rows = [{ x: [1] }, { x: [2, 3] }, { x: [4, 5, 6] }, { x: [7, 8] }];
    await expect(read(rows, {}, pair)).rejects.toThrow('it has the shape 1, but input x wants 2 a sample');
    const { feeds, source } = await read(rows, { onError: 'skip' }, pair);
    expect(valuesOf(feeds, 'x')).toEqual([2, 3, 7, 8]);
    expect(source.skippedCount).toBe(2);
    // Numbers do not differ from row to row: nothing would be left.
    await expect(read([{ a: 1, b: 2, c: 3 }], { onError: 'skip' }, pair)).rejects.toThrow(
      'it has the shape 3, but input x wants 2 a sample',
    );
  });

  test('of which none is sound are told by what is wrong with the first', async () => {
    const rows = [
      { x: null, y: 'a' },
      { x: 1, y: 'b' },
    ];
    await expect(read(rows, { csv: { columns: 'y,x' } })).rejects.toThrow('column y of');
    const gaps = [
      { x: null, y: 1 },
      { x: null, y: 2 },
      { x: 'late', y: 3 },
    ];
    await expect(read(gaps, { csv: { columns: 'y,x' } })).rejects.toThrow(/column x of .* holds no numbers/);
  });

  test('that cannot be read are no measure for the others', async () => {
    const folder = await temporaryFolder({
      'd.jsonl': 'no JSON\n{"a": null}\n{"a": 2}\n',
      'none.jsonl': '',
    });
    const of = (name: string, more: Partial<DataOptions> = {}) =>
      readAll({ data: [join(folder, name)], ...more }, [input('x', 'float64', ['n', 1])]);
    const { feeds, source } = await of('d.jsonl', { onError: 'skip' });
    expect([valuesOf(feeds, 'x'), source.skippedCount]).toEqual([[2], 2]);
    await expect(of('d.jsonl')).rejects.toThrow(/line 1: it is not JSON/);
    await expect(of('none.jsonl')).rejects.toThrow('none.jsonl is empty');
  });

  test('of several inputs are held against each, where others are skipped', async () => {
    const both = [input('a', 'float64', ['n', 2]), input('b', 'float64', ['n', 1])];
    const rows = [
      { a: [1, 2], b: [1, 1] },
      { a: [3, 4], b: [5] },
    ];
    const { feeds } = await read(rows, { onError: 'skip' }, both);
    expect([valuesOf(feeds, 'a'), valuesOf(feeds, 'b')]).toEqual([[3, 4], [5]]);
    await expect(read(rows, {}, both)).rejects.toThrow('it has the shape 2, but input b wants 1 a sample');
  });

  test('of one column of deep lists keep their shape', async () => {
    const { feeds } = await read([[[1, 2]], [[3, 4]]], {}, [input('x', 'float64')]);
    expect(dimsOf(feeds, 'x')).toEqual([[2, 1, 2]]);
  });

  test('fail for all inputs where they are wrong for one', async () => {
    const rows = [
      { a: [1], b: [2] },
      { a: [3], b: ['x'] },
      { b: [6], a: [5] },
    ];
    const both = [input('a', 'float64', ['n', 1]), input('b', 'float64', ['n', 1])];
    const { feeds, source, path } = await read(rows, { onError: 'skip' }, both);
    expect([valuesOf(feeds, 'a'), valuesOf(feeds, 'b')]).toEqual([
      [1, 5],
      [2, 6],
    ]);
    expect(source.skipped).toEqual([
      {
        origin: `${path}, line 2`,
        reason:
          'column b holds a list of other things than numbers: fix it, or leave the column out with --columns',
      },
    ]);
  });

  test('are scaled input by input, as each has channels', async () => {
    const both = [input('a', 'float64', ['n', 2]), input('b', 'float64', ['n', 2])];
    const { feeds } = await read(
      [{ a: [10, 20], b: [30, 40] }],
      { image: { scale: 0.5, mean: [1, 2] } },
      both,
    );
    // × ½ − mean.
    expect([valuesOf(feeds, 'a'), valuesOf(feeds, 'b')]).toEqual([
      [4, 8],
      [14, 18],
    ]);
  });

  test('tell their columns in the first hundred lines', async () => {
    const late = (at: number) =>
      Array.from({ length: 120 }, (_, i) => (i < at ? { a: i } : { a: i, b: 2 * i }));
    const filled = { csv: { missing: 'zero' } } as const;
    expect((await read(late(99), filled)).source.preprocessing.columns).toEqual(['a', 'b']);
    expect((await read(late(100), filled)).source.preprocessing.columns).toEqual(['a']);
  });
});
