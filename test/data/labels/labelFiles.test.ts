import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labelsFrom, linesOf } from '../../../src/data/labels/labelsFile.js';
import { requireAsMany, withClasses } from '../../../src/data/labels/withClasses.js';
import type { Sample, SampleStream } from '../../../src/data/sample.js';
import type { Selection } from '../../../src/data/selection.js';
import { input, readAll, valuesOf } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

async function labels(content: string, column?: string | number, name = 'l.csv') {
  return labelsFrom(join(await temporaryFolder({ [name]: content }), name), column);
}

describe('a table of labels', () => {
  test.each<[string, string, string | number | undefined, string[]]>([
    ['a usual name is a header', 'class\ncat\ndog\n', undefined, ['cat', 'dog']],
    ['in any letters', ' TARGET \ncat\ndog\n', undefined, ['cat', 'dog']],
    ['a word above a number is one', 'tag\n1\n2\n', undefined, ['1', '2']],
    [
      'a word above a word is a label',
      'my class\nclass of 1999\ncat\n',
      undefined,
      ['my class', 'class of 1999', 'cat'],
    ],
    ['a single word is a label', 'cat', undefined, ['cat']],
    ['numbers are labels', '3\n1\n', undefined, ['3', '1']],
    [
      'a column that is named stands in a header',
      'file, kind\na.png,cat\nb.png, dog \n',
      'kind',
      ['cat', 'dog'],
    ],
    ['also one called by a number', '7,8\n1,2\n3,4\n', '8', ['2', '4']],
    ['without a header columns have numbers', 'a.png,2\nb.png,0\n', 2, ['2', '0']],
    ['with one too', 'file,class\na.png,2\nb.png,0\n', 2, ['2', '0']],
    ['the first column by its number', '1,a\n2,b\n', 1, ['1', '2']],
    ['the tenth too', '0,0,0,0,0,0,0,0,0,10\n0,0,0,0,0,0,0,0,0,3\n', 10, ['10', '3']],
    ['no column has the number 0, which is a name then', '0,1\n5,6\n7,8\n', '0', ['5', '7']],
    ['blanks around a name do no harm', 'a, b \nx,cat\ny,dog\n', ' b', ['cat', 'dog']],
    ['what begins like a usual name is a label', 'classy\ncat\n', undefined, ['classy', 'cat']],
    ['the only column by its number', '5\n6\n', 1, ['5', '6']],
  ])('%s: %j', async (_, content, column, expected) => {
    expect(await labels(content, column)).toEqual(expected);
  });

  test.each(['l.tsv', 'l.TSV', 'L.CSV'])('is read as one where it is called %s', async (name) => {
    expect(await labels('a\tlabel\nx\t1\ny\t2\n', 'label', name)).toEqual(['1', '2']);
  });

  test.each<[string, string, string | number | undefined, RegExp]>([
    ['a column that is not there', 'a,b\n1,2\n', 'c', /has no column c: it has 2 \(a, b\)/],
    ['a name without a header', 'a.png,2\nb.png,0\n', 'kind', /has no column kind: it has 2 \(1, 2\)/],
    ['a header alone', 'label\n', undefined, /l\.csv holds no labels: write one a row/],
    ['nothing', '', undefined, /l\.csv holds no labels/],
    ['a row that is too short', 'a,b\n1,2\n3\n', 'b', /l\.csv, line 3 holds no class/],
    ['a blank label', 'x,1\ny, \n', 2, /l\.csv, line 2 holds no class/],
  ])('refuses %s', async (_, content, column, message) => {
    await expect(labels(content, column)).rejects.toThrow(message);
  });
});

describe('a text of labels', () => {
  const lines = async (content: string) =>
    linesOf(join(await temporaryFolder({ 'l.txt': content }), 'l.txt'), 'labels');

  test('has one a line, without byte order mark, blanks around it and blank lines at its end', async () => {
    expect(await lines('\uFEFF cat\r\nsea lion \nowl\n \n\n')).toEqual(['cat', 'sea lion', 'owl']);
  });

  test.each([
    ['', /l\.txt is empty/],
    [' \n\n', /l\.txt is empty/],
    ['\ncat\n', /l\.txt, line 1 is blank/],
    ['cat\n\ndog\n', /l\.txt, line 2 is blank/],
    ['c\0at\n', /l\.txt is no text/],
  ])('is refused: %j', async (content, message) => {
    await expect(lines(content)).rejects.toThrow(message);
  });
});

const sample = (value: number): Sample => ({
  type: 'float64',
  data: Float64Array.of(value),
  dims: [1],
  origin: `sample ${value}`,
});

/** Samples 0, 1, 2, … of a selection, three of all that are asked for at a time; number 4 cannot be read. */
const counting = (indices: readonly number[], size?: number): SampleStream => ({
  ...{ origin: 'x.npy', size, shapeless: true, anyOrder: true },
  async *read() {
    const read = indices.map((i) => (i === 4 ? { origin: 'sample 4', reason: 'is damaged' } : sample(i)));
    for (let i = 0; i < read.length; i += 3) yield read.slice(i, i + 3);
  },
});

describe('samples get the classes of a list', () => {
  const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

  test.each<[Selection, number[], (string | undefined)[]]>([
    [{ block: 1, every: 1 }, [0, 1, 2, 3, 4, 5, 6, 7], ['a', 'b', 'c', 'd', undefined, 'f', 'g', 'h']],
    [{ block: 2, every: 2 }, [2, 3, 6, 7], ['c', 'd', 'g', 'h']],
    [{ block: 1, every: 3 }, [2, 5], ['c', 'f']],
    [{ chosen: Uint32Array.of(7, 0, 4, 5) }, [7, 0, 4, 5], ['h', 'a', undefined, 'f']],
  ])('%j', async (selection, indices, expected) => {
    const found: (string | undefined)[] = [];
    for await (const chunk of withClasses(counting(indices), classes).read(selection)) {
      for (const each of chunk) found.push('label' in each ? each.label : undefined);
    }
    expect(found).toEqual(expected);
  });

  test('and are as they were otherwise', () => {
    const stream = counting([0], 1);
    expect(withClasses(stream, undefined)).toBe(stream);
    expect(withClasses(stream, ['a'])).toMatchObject({
      ...{ origin: 'x.npy', size: 1, shapeless: true, anyOrder: true, labelled: true },
    });
    const padding = { value: 1, left: true };
    expect(withClasses({ ...stream, padding }, ['a']).padding).toBe(padding);
  });

  test('as many as there are, as far as that is known', () => {
    expect(() => requireAsMany(['a', 'b'], counting([], 3), 'l.txt')).toThrow(
      'l.txt holds 2 labels for the 3 samples of x.npy',
    );
    requireAsMany(['a', 'b'], counting([], 2), 'l.txt');
    requireAsMany(['a', 'b'], counting([]), 'l.txt');
  });

  test('or fail where it ends before them', async () => {
    // How many rows a CSV file has is known at its end.
    const folder = await temporaryFolder({ 't.csv': '1,2\n3,4\n5,6\n', 'l.txt': 'cat\ndog\n' });
    const options = { data: [join(folder, 't.csv')], labels: join(folder, 'l.txt') };
    const x = [input('x', 'float64', ['n', 1, 2])];
    await expect(readAll(options, x)).rejects.toThrow(
      /t\.csv, line 3: .*l\.txt ends before it, after 2: give a label for every sample/,
    );
    const { feeds } = await readAll({ ...options, onError: 'skip' }, x);
    expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
    expect(feeds[0].labels).toEqual(['cat', 'dog']);
  });
});
