import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expandSource } from '../../../src/data/lists/expandSource.js';
import { npyBytes } from '../npyBytes.js';
import { input, readAll, valuesOf } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const numbers = (...values: number[]) =>
  npyBytes("'<f8'", `(${values.length}, 1)`, Float64Array.from(values));
const files = {
  'a-0.npy': numbers(0, 1, 2),
  'a-1.npy': numbers(3, 4),
  'a-10.npy': numbers(5, 6, 7, 8),
  'deep/er/b.npy': numbers(9),
  'c.csv': '10\n11\n',
  'd.csv': '12\n13\n14\n',
};
const one = [input('x', 'float64', ['n', 1])];

/** The values that a source in a folder of these files gives. */
async function read(source: string, feedOptions = {}, options = {}) {
  const folder = await temporaryFolder(files);
  const { feeds, source: opened } = await readAll(
    { data: [join(folder, source)], ...options },
    one,
    feedOptions,
  );
  return { found: valuesOf(feeds, 'x'), opened };
}

describe('several files as one source', () => {
  test.each([
    ['a-{0,1}.npy', [0, 1, 2, 3, 4]],
    ['a-{1..0}.npy', [3, 4, 0, 1, 2]],
    ['a-?.npy', [0, 1, 2, 3, 4]],
    // By name, not by number.
    ['a-*.npy', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['a-[!0].npy', [3, 4]],
    ['**/*.npy', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['deep/*/b.npy', [9]],
    ['{c,d}.csv', [10, 11, 12, 13, 14]],
  ])('%s', async (source, expected) => {
    expect((await read(source)).found).toEqual(expected);
  });

  test('every k-th batch goes across files, of known size and not', async () => {
    expect((await read('a-*.npy', { batchSize: 2, every: 2 })).found).toEqual([2, 3, 6, 7]);
    expect((await read('{c,d}.csv', { batchSize: 2, every: 2 })).found).toEqual([12, 13]);
  });

  test('a limit draws from all of them', async () => {
    const { found, opened } = await read('a-*.npy', { maxSamples: 5 }, { maxSamples: 5 });
    expect(found).toHaveLength(5);
    expect(Math.max(...found.map(Number))).toBeGreaterThan(4);
    expect(opened).toMatchObject({ size: 9, drawSeed: 0, reader: 'npy' });
  });

  test('a list names files, a path a line', async () => {
    const folder = await temporaryFolder(files);
    const lines = ['a-1.npy', 'deep/er/b.npy'].map((file) => join(folder, file));
    const list = join(await temporaryFolder({ 'list.txt': `${lines.join('\r\n')}\n\n` }), 'list.txt');
    const { feeds } = await readAll({ data: [`@${list}`] }, one);
    expect(valuesOf(feeds, 'x')).toEqual([3, 4, 9]);
  });

  test('texts are filled up within a batch, whichever file they are of', async () => {
    const folder = await temporaryFolder({ 'a.txt': 'a\na a a\n', 'b.txt': 'a a\n' });
    const tokenizer = join(import.meta.dirname, '../../../fixtures/formats/text/wordpiece.json');
    const ids = [input('input_ids', 'int64', ['batch', 'sequence'])];
    const batches = async (name: string) => {
      const options = { data: [join(folder, name)], text: { tokenizer } };
      return (await readAll(options, ids)).feeds.map(({ tensors }) => tensors.input_ids);
    };
    // 0 is [PAD]; the files by themselves say what their texts are.
    const [[first], [second]] = [await batches('a.txt'), await batches('b.txt')];
    expect([first.dims, second.dims]).toEqual([
      [2, 5],
      [1, 4],
    ]);
    const [all, ...more] = await batches('*.txt');
    expect([all.dims, more]).toEqual([[3, 5], []]);
    expect([...all.data]).toEqual([...first.data, ...second.data, 0n]);
  });

  test('images have the classes of the folders below the common one', async () => {
    const { default: sharp } = await import('sharp');
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const folder = await temporaryFolder({
      'set/cat/1.png': png,
      'set/cat/2.png': png,
      'set/dog/x/1.png': png,
    });
    const images = [input('x', 'float32', ['n', 3, 1, 1])];
    const labels = async (source: string) =>
      (await readAll({ data: [join(folder, source)] }, images)).feeds.flatMap((feed) => feed.labels ?? []);
    expect(await labels('**/*.png')).toEqual(['cat', 'cat', 'dog']);
    expect(await labels('set/cat/*.png')).toEqual([]);
  });

  test('a file that is called like a pattern is itself', async () => {
    const folder = await temporaryFolder({ 'a[1]{2,3}.npy': numbers(7) });
    expect(await expandSource(join(folder, 'a[1]{2,3}.npy'))).toBeUndefined();
  });

  test.each([
    ['none-*.npy', 'none-*.npy matches no file: check the pattern'],
    ['a-{0,7}.npy', 'a-7.npy does not exist'],
    ['{a-0.npy,c.csv}', 'names files of different kinds'],
  ])('%s is refused', async (source, message) => {
    await expect(read(source)).rejects.toThrow(message);
  });

  test.each([
    ['', 'names no file'],
    ['a\0b', 'is not a list of files'],
    ['/nowhere/x.npy\n', '/nowhere/x.npy does not exist'],
  ])('the list %j is refused', async (text, message) => {
    const list = join(await temporaryFolder({ 'list.txt': text }), 'list.txt');
    await expect(readAll({ data: [`@${list}`] }, one)).rejects.toThrow(message);
  });

  test('a list that is not there is said to be missing', async () => {
    await expect(readAll({ data: ['@/nowhere.txt'] }, one)).rejects.toThrow(
      'the list /nowhere.txt cannot be read',
    );
  });
});
