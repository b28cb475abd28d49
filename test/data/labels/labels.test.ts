import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { givenClassNames, modelClassNames } from '../../../src/data/labels/classNames.js';
import { labelsFrom } from '../../../src/data/labels/labelsFile.js';
import { zipOf } from '../../support/zip.js';
import { npyBytes } from '../npyBytes.js';
import { input, readAll } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const samples = npyBytes("'<f4'", '(3, 1)', Float32Array.of(1, 2, 3));
// numpy.save(f, numpy.array([2, 0, 1]))
const labels = npyBytes("'<i8'", '(3,)', BigInt64Array.of(2n, 0n, 1n));
const one = [input('x', 'float32', ['n', 1])];

/** The labels of all samples of `x.npy` in a folder of these files. */
async function read(files: Record<string, Uint8Array | string>, options: object = {}, file = 'x.npy') {
  const folder = await temporaryFolder({ 'x.npy': samples, ...files });
  const placed = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      key === 'labels' ? join(folder, String(value)) : value,
    ]),
  );
  const { feeds, source } = await readAll({ data: [join(folder, file)], ...placed }, one, { batchSize: 2 });
  return { labels: feeds.flatMap((feed) => feed.labels ?? []), source };
}

describe('labels beside arrays', () => {
  test.each(['labels.npy', 'x_labels.npy'])('in %s', async (name) => {
    const { labels: found, source } = await read({ [name]: labels });
    expect(found).toEqual(['2', '0', '1']);
    expect(source.labelled).toBe(true);
    expect(source.notices).toEqual([expect.stringContaining(`labels are taken from`)]);
  });

  test('are left out, and said to be, where there are not as many', async () => {
    const { labels: found, source } = await read({
      'labels.npy': npyBytes("'<i8'", '(1,)', BigInt64Array.of(2n)),
    });
    expect(found).toEqual([]);
    expect(source.labelled).toBe(false);
    expect(source.notices).toEqual([expect.stringContaining('holds 1 labels for 3 samples and is left out')]);
  });

  test('as an array of the archive', async () => {
    const { labels: found } = await read(
      { 'a.npz': zipOf({ 'x.npy': samples, 'labels.npy': labels }) },
      {},
      'a.npz',
    );
    expect(found).toEqual(['2', '0', '1']);
  });
});

describe('--labels', () => {
  test.each([
    ['l.npy', labels, {}, ['2', '0', '1']],
    ['l.txt', 'cat\r\ndog\ncat\n', {}, ['cat', 'dog', 'cat']],
    ['l.csv', 'label\n4\n5\n4\n', {}, ['4', '5', '4']],
    ['l.csv', 'cat\ndog\ncat\n', {}, ['cat', 'dog', 'cat']],
    ['l.csv', 'file,class\na.png,2\nb.png,0\nc.png,1\n', { csv: { labelColumn: 'class' } }, ['2', '0', '1']],
  ])('%s: %j', async (name, content, options, expected) => {
    const { labels: found } = await read({ [name]: content }, { labels: name, ...options });
    expect(found).toEqual(expected);
  });

  test('goes before what lies beside, and with --every', async () => {
    const files = { 'labels.npy': labels, 'l.txt': 'a\nb\nc\n' };
    expect((await read(files, { labels: 'l.txt' })).labels).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['l.txt', 'cat\n', {}, /holds 1 labels for the 3 samples of .*x\.npy: give one label for each/],
    ['l.txt', 'a\n\nb\n', {}, /l\.txt, line 2 is blank/],
    ['l.csv', 'a,b\n1,2\n1,2\n1,2\n', {}, /has 2 columns: say with --label-column/],
    ['l.csv', 'a,b\n1,2\n1,\n1,2\n', { csv: { labelColumn: 'b' } }, /l\.csv, line 3 holds no class/],
    [
      'l.npy',
      npyBytes("'<f4'", '(3,)', Float32Array.of(1, 1.5, 2)),
      {},
      /sample 1 is 1\.5, which is no class/,
    ],
    [
      'l.npy',
      npyBytes("'<f4'", '(3, 2)', new Float32Array(6)),
      {},
      /holds 2 numbers a sample, which are no labels/,
    ],
    ['l.npy', labels.subarray(0, -3), {}, /./],
    ['none.txt', undefined, {}, /none\.txt cannot be read/],
  ])('%s is refused: %j', async (name, content, options, message) => {
    const files = content === undefined ? {} : { [name]: content };
    await expect(read(files, { labels: name, ...options })).rejects.toThrow(message);
  });

  test('a label that is no class ends the run, or is left out and listed', async () => {
    const options = { labels: 'l.txt', classes: ['cat', 'dog'] };
    const files = { 'l.txt': 'cat\nowl\n1\n' };
    await expect(read(files, options)).rejects.toThrow(
      /x\.npy, sample 1: its label owl is none of the classes/,
    );
    const { labels: found, source } = await read(files, { ...options, onError: 'skip' });
    expect(found).toEqual(['cat', '1']);
    expect(source.skippedCount).toBe(1);
  });
});

describe('class names', () => {
  test('as a list or a file', async () => {
    const folder = await temporaryFolder({ 'c.txt': 'wren\nowl\n', 'twice.txt': 'wren\nwren\n' });
    expect((await givenClassNames(['a', 'b'])).names).toEqual(['a', 'b']);
    expect((await givenClassNames(join(folder, 'c.txt'))).names).toEqual(['wren', 'owl']);
    await expect(givenClassNames(join(folder, 'twice.txt'))).rejects.toThrow('names wren twice');
    await expect(givenClassNames(join(folder, 'none.txt'))).rejects.toThrow('pass a file of class names');
  });

  test("in the model's metadata, as Ultralytics writes them", async () => {
    const value = `{0: 'person', 2: 'fire \\'hydrant\\'', 1: "sea lion's"}`;
    const found = await modelClassNames('/nowhere/m.onnx', [{ key: 'names', value }]);
    expect(found?.names).toEqual(['person', "sea lion's", "fire 'hydrant'"]);
    expect(
      await modelClassNames('/nowhere/m.onnx', [{ key: 'names', value: '{0: "a", 7: "b"}' }]),
    ).toBeUndefined();
  });

  test('in a config.json beside the model, or above its folder onnx', async () => {
    const folder = await temporaryFolder({ 'config.json': '{"id2label": {"0": "neg", "1": "pos"}}' });
    for (const path of [join(folder, 'model.onnx'), join(folder, 'onnx', 'model.onnx')]) {
      expect(await modelClassNames(path, [])).toEqual({
        names: ['neg', 'pos'],
        source: join(folder, 'config.json'),
      });
    }
    const broken = await temporaryFolder({ 'config.json': '{' });
    expect(await modelClassNames(join(broken, 'model.onnx'), [])).toBeUndefined();
  });

  test('a table without a file is none', async () => {
    await expect(labelsFrom('/nowhere/l.csv', undefined)).rejects.toThrow('cannot be read');
  });
});
