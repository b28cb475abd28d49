import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openData } from '../../../src/data/open/openData.js';
import { readers } from '../../../src/data/open/registry.js';
import { npyBytes } from '../npyBytes.js';
import { dimsOf, input, readAll, valuesOf } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const counting = (n: number): Buffer =>
  npyBytes(
    "'<f4'",
    `(${n},)`,
    Float32Array.from({ length: n }, (_, i) => i),
  );

const x = input('x', 'float32', ['n']);

async function counted(n: number): Promise<string> {
  return join(await temporaryFolder({ 'x.npy': counting(n) }), 'x.npy');
}

describe('batches', () => {
  test('only the last is smaller', async () => {
    const { feeds } = await readAll({ data: [await counted(10)] }, [x], { batchSize: 4 });
    expect(feeds.map(({ samples }) => samples)).toEqual([4, 4, 2]);
    expect(valuesOf(feeds, 'x')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('--max-samples is exact, and may exceed the data', async () => {
    const data = [await counted(10)];
    const cut = await readAll({ data, maxSamples: 6, inOrder: true }, [x], { batchSize: 4, maxSamples: 6 });
    expect(cut.feeds.map(({ samples }) => samples)).toEqual([4, 2]);
    expect(valuesOf(cut.feeds, 'x')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(valuesOf((await readAll({ data }, [x], { maxSamples: 99 })).feeds, 'x')).toHaveLength(10);
  });

  test('--every takes the k-th, 2k-th, … batch; --max-samples counts what is taken', async () => {
    const data = [await counted(11)];
    const { feeds } = await readAll({ data }, [x], { batchSize: 2, every: 3 });
    expect(valuesOf(feeds, 'x')).toEqual([4, 5, 10]);
    const cut = await readAll({ data, maxSamples: 3, inOrder: true }, [x], {
      batchSize: 2,
      every: 2,
      maxSamples: 3,
    });
    expect(valuesOf(cut.feeds, 'x')).toEqual([2, 3, 6]);
    await expect(readAll({ data }, [x], { batchSize: 4, every: 9 })).rejects.toThrow(
      /--every 9 leaves nothing/,
    );
  });

  test('a second pass gives the same and starts its counts anew', async () => {
    const path = join(await temporaryFolder({ 't.csv': 'cat,1\ndog,oops\ncat,3\n' }), 't.csv');
    const source = await openData({ data: [path], onError: 'skip', csv: { columns: '2', labelColumn: 1 } }, [
      x,
    ]);
    for (let pass = 0; pass < 2; pass++) {
      const feeds = [];
      for await (const feed of source.feeds({ batchSize: 8 })) feeds.push(feed);
      expect(valuesOf(feeds, 'x')).toEqual([1, 3]);
      expect([source.skippedCount, source.skipped.length, source.labels.get('cat')]).toEqual([1, 1, 2]);
    }
    await source.close();
  });

  test('an aborted signal ends the pass', async () => {
    const source = await openData({ data: [await counted(10)] }, [x]);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of source.feeds({ batchSize: 2, signal: controller.signal })) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    await source.close();
  });

  test.each([{ batchSize: 0 }, { maxSamples: 1.5 }, { every: -1 }])('%o is refused', async (options) => {
    await expect(readAll({ data: [await counted(3)] }, [x], options)).rejects.toThrow(
      /whole number from 1 on/,
    );
  });
});

describe('several inputs', () => {
  const y = input('y', 'int64', ['n', 2]);
  const pairs = (n: number) =>
    npyBytes(
      "'<i4'",
      `(${n}, 2)`,
      Int32Array.from({ length: 2 * n }, (_, i) => i),
    );

  test('are read in step', async () => {
    const folder = await temporaryFolder({ 'x.npy': counting(3), 'y.npy': pairs(3) });
    const data = [`y=${join(folder, 'y.npy')}`, `x=${join(folder, 'x.npy')}`];
    const { feeds } = await readAll({ data }, [x, y], { batchSize: 2 });
    expect(feeds.map(({ tensors }) => Object.keys(tensors))).toEqual([
      ['x', 'y'],
      ['x', 'y'],
    ]);
    expect(valuesOf(feeds, 'x')).toEqual([0, 1, 2]);
    expect(valuesOf(feeds, 'y')).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
    expect(dimsOf(feeds, 'y')).toEqual([
      [2, 2],
      [1, 2],
    ]);
  });

  test('with different numbers of samples are refused with both', async () => {
    const folder = await temporaryFolder({
      'x.npy': counting(3),
      'y.npy': pairs(4),
      'y.csv': '1,2\n3,4\n5,6\n7,8',
    });
    const path = join(folder, 'x.npy');
    for (const other of ['y.npy', 'y.csv'].map((name) => join(folder, name))) {
      await expect(readAll({ data: [`x=${path}`, `y=${other}`] }, [x, y])).rejects.toThrow(
        `3 for input x (${path}), 4 for input y (${other}): feed as many to each`,
      );
    }
  });

  test('lose a sample together when it is bad in one', async () => {
    const folder = await temporaryFolder({ 'x.npy': counting(4), 'y.csv': '0,1\n2,2.5\n4,5\n6,7' });
    const data = [`x=${join(folder, 'x.npy')}`, `y=${join(folder, 'y.csv')}`];
    const { feeds, source } = await readAll({ data, onError: 'skip' }, [x, y], { batchSize: 2 });
    expect(valuesOf(feeds, 'x')).toEqual([0, 2, 3]);
    expect(valuesOf(feeds, 'y')).toEqual([0n, 1n, 4n, 5n, 6n, 7n]);
    expect(source.skipped).toEqual([
      {
        origin: `${join(folder, 'y.csv')}, line 2`,
        reason: 'the value 2.5 is not an integer, but the input is of type int64',
      },
    ]);
  });

  test.each<[string, (path: string) => string[], string]>([
    ['an input without data', (path) => [`x=${path}`], 'input y is not fed: pass --data y=<source>'],
    ['an unknown input', (path) => [`z=${path}`], 'and the model has no input z (its inputs: x, y)'],
    ['an input fed twice', (path) => [`x=${path}`, `x=${path}`], 'input x is fed twice'],
    ['two sources for the rest', (path) => [path, path], 'are both given without an input'],
    ['one array for both', (path) => [path], 'the model has several inputs (x, y)'],
    ['a source too many', (path) => [`x=${path}`, `y=${path}`, path], 'feeds nothing'],
    ['no data', () => [], 'pass --data <source>'],
  ])('%s is refused', async (_, data, message) => {
    await expect(openData({ data: data(await counted(3)) }, [x, y])).rejects.toThrow(message);
  });
});

describe('a source', () => {
  test('may hold an equals sign, unless what stands before it is an input', async () => {
    const folder = await temporaryFolder({ 'k=v.npy': counting(2) });
    const path = join(folder, 'k=v.npy');
    expect(valuesOf((await readAll({ data: [path] }, [x])).feeds, 'x')).toEqual([0, 1]);
    expect(valuesOf((await readAll({ data: [`x=${path}`] }, [x])).feeds, 'x')).toEqual([0, 1]);
    const odd = input('a=b', 'float32', ['n']);
    expect(valuesOf((await readAll({ data: [`a=b=${path}`] }, [odd])).feeds, 'a=b')).toEqual([0, 1]);
  });

  test('is recognised by its content where its name says nothing', async () => {
    const path = join(await temporaryFolder({ data: counting(2) }), 'data');
    expect((await readAll({ data: [path] }, [x])).source.reader).toBe('npy');
  });

  test('may be read by force', async () => {
    const path = join(await temporaryFolder({ 'x.data': '1\n2\n' }), 'x.data');
    await expect(openData({ data: [path] }, [x])).rejects.toThrow(
      `${path} is not a recognised kind of source: pass random:<n> for n generated samples [random], a NumPy array (.npy) [npy]`,
    );
    expect(valuesOf((await readAll({ data: [path], reader: 'csv' }, [x])).feeds, 'x')).toEqual([1, 2]);
    await expect(openData({ data: [path], reader: 'cvs' }, [x])).rejects.toThrow(
      `no reader is called cvs: --reader takes ${readers.map(({ name }) => name).join(', ')}, or a module`,
    );
  });

  test.each(['npy', 'npz', 'csv'])('that is a folder cannot be read as %s', async (reader) => {
    const folder = await temporaryFolder();
    await expect(openData({ data: [folder], reader }, [x])).rejects.toMatchObject({ name: 'UserError' });
  });

  test('that is a file cannot be read as test sets', async () => {
    const path = await counted(2);
    await expect(openData({ data: [path], reader: 'onnx-test-set' }, [x])).rejects.toThrow(
      'pass a folder of test sets',
    );
  });

  test('that does not exist is refused', async () => {
    await expect(openData({ data: ['nowhere.npy'] }, [x])).rejects.toThrow('nowhere.npy does not exist');
    await expect(openData({ data: ['nowhere'], reader: 'csv' }, [x])).rejects.toThrow(
      'nowhere does not exist',
    );
  });

  test('cannot feed strings or an input without a batch axis', async () => {
    const data = [await counted(2)];
    await expect(openData({ data }, [input('words', 'string', ['n'])])).rejects.toThrow('takes strings');
    await expect(openData({ data }, [input('rate', 'int64', [])])).rejects.toThrow('without a batch axis');
  });
});

test('all samples skipped is an error with the first reason', async () => {
  const path = join(await temporaryFolder({ 't.csv': '0.5\n1.5\n' }), 't.csv');
  await expect(readAll({ data: [path], onError: 'skip' }, [input('x', 'int32', ['n'])])).rejects.toThrow(
    `all 2 were skipped, the first one being ${path}, line 1: the value 0.5 is not an integer`,
  );
});

test('at most 100 skipped samples are listed, all are counted', async () => {
  const rows = ['1', ...Array(150).fill('x')].join('\n');
  const path = join(await temporaryFolder({ 't.csv': rows }), 't.csv');
  const { source } = await readAll({ data: [path], onError: 'skip' }, [x]);
  expect([source.skippedCount, source.skipped.length]).toEqual([150, 100]);
});

describe('options that no reader looks at', () => {
  const image = { resize: undefined, crop: 2, color: 'gray', scale: 2 } as const;

  test('are refused, with who would take them and who reads', async () => {
    const data = [await counted(3)];
    await expect(openData({ data, image }, [x])).rejects.toThrow(
      `--crop, --color are options for images, and ${data[0]} is read as npy: leave them out, or choose another --reader`,
    );
    await expect(openData({ data: ['random:2'], csv: { labelColumn: 'a' } }, [x])).rejects.toThrow(
      '--label-column is an option for tables, and random:2 is read as random: leave it out',
    );
    await expect(openData({ data, seed: 0 }, [x])).rejects.toThrow('--seed is an option for random:<n>');
    await expect(openData({ data, shapes: { x: [] } }, [x])).rejects.toThrow('--shape is an option for');
    await expect(openData({ data: ['random:2'], shapes: { y: [2] } }, [x])).rejects.toThrow(
      '--shape y: the model has no such input (its inputs: x)',
    );
  });

  test('are taken where one source of several takes them, and where they are not set', async () => {
    const y = input('y', 'float32', ['n', 2]);
    const data = [`x=${await counted(3)}`, 'y=random:3'];
    await (await openData({ data, seed: 3 }, [x, y])).close();
    await (
      await openData({ data: [await counted(3)], image: { resize: undefined }, csv: {}, shapes: {} }, [x])
    ).close();
  });
});
