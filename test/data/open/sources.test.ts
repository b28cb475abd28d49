import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { openData } from '../../../src/data/open/openData.js';
import { TensorProtoSchema } from '../../../src/onnx/proto/onnx_pb.js';
import { npyBytes } from '../npyBytes.js';
import { input, readAll, valuesOf } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const array = (rows: number, columns = 2) =>
  npyBytes(
    "'<f4'",
    `(${rows}, ${columns})`,
    Float32Array.from({ length: rows * columns }, (_, i) => i),
  );
const [x, y] = ['x', 'y'].map((name) => input(name, 'float32', ['n', 2]));
const testSet = toBinary(
  TensorProtoSchema,
  create(TensorProtoSchema, { dataType: 1, dims: [1n, 2n], floatData: [8, 9] }),
);

/** A folder of these files, and what `--data` names in it. */
async function placed(files: Record<string, string | Uint8Array>) {
  const folder = await temporaryFolder(files);
  return (data: string) => data.replace('@', `${folder}/`);
}

describe('what is told of several sources', () => {
  test('are all readers, all notices, and what each did to its values', async () => {
    const at = await placed({
      'x.npy': npyBytes("'|u1'", '(2, 2)', Uint8Array.of(1, 2, 3, 4)),
      'y.csv': 'a,b\n5,6\n7,8\n',
    });
    const data = [`y=${at('@y.csv')}`, `x=${at('@x.npy')}`];
    const { feeds, source } = await readAll({ data }, [x, y]);
    expect(source).toMatchObject({
      reader: 'csv, npy',
      source: data.join(', '),
      size: 2,
      labelled: false,
      gathers: true,
      preprocessing: { [at('@y.csv')]: { header: true, columns: ['a', 'b'] }, [at('@x.npy')]: {} },
      notices: [expect.stringContaining(`${at('@x.npy')} holds bytes`)],
    });
    // A limit cannot draw from a table whose rows nobody has counted.
    expect(source.drawSeed).toBeUndefined();
    expect(source).not.toHaveProperty('shuffleSeed');
    expect([valuesOf(feeds, 'x'), valuesOf(feeds, 'y')]).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
  });

  test('is one reader where they are alike, and one seed', async () => {
    const at = await placed({ 'x.npy': array(2), 'y.npy': array(2) });
    const source = await openData({ data: [`x=${at('@x.npy')}`, `y=${at('@y.npy')}`] }, [x, y]);
    expect(source).toMatchObject({ reader: 'npy', size: 2, drawSeed: 0, shuffleSeed: 0 });
    await source.close();
  });

  test('is that generated samples are not drawn where all are generated', async () => {
    const at = await placed({ 'x.npy': array(3) });
    const seeds = async (...data: string[]) => {
      const source = await openData({ data, seed: 5, maxSamples: 2 }, [x, y]);
      await source.close();
      return [source.drawSeed, source.shuffleSeed];
    };
    expect(await seeds('random:3')).toEqual([undefined, undefined]);
    // Generated samples cannot be read in any order.
    expect(await seeds(`x=${at('@x.npy')}`, 'y=random:3')).toEqual([5, undefined]);
  });
});

describe('classes of a list', () => {
  test('go before those of the sources, whichever input they feed', async () => {
    const at = await placed({
      'x.npy': array(2),
      'y.csv': 'a,b,kind\n5,6,own\n7,8,own\n',
      'l.txt': 'cat\ndog\n',
    });
    const data = [`x=${at('@x.npy')}`, `y=${at('@y.csv')}`];
    const csv = { labelColumn: 'kind' };
    expect((await readAll({ data, csv }, [x, y])).feeds[0].labels).toEqual(['own', 'own']);
    const listed = await readAll({ data, csv, labels: at('@l.txt') }, [x, y]);
    expect(listed.feeds[0].labels).toEqual(['cat', 'dog']);
    expect(listed.source.labelled).toBe(true);
  });

  test('are as many as the samples of every input', async () => {
    const at = await placed({ 'x.npy': array(2), 'y.npy': array(3), 'l.txt': 'cat\ndog\n' });
    const data = [`x=${at('@x.npy')}`, `y=${at('@y.npy')}`];
    await expect(openData({ data, labels: at('@l.txt') }, [x, y])).rejects.toThrow(
      /l\.txt holds 2 labels for the 3 samples of .*y\.npy/,
    );
  });
});

describe('a module that reads', () => {
  const own = 'export default async function* (source) { yield { inputs: { x: [source.length, 1] } }; }';

  test('is given the source as it is written, pattern or not', async () => {
    const at = await placed({ 'own.mjs': own });
    const read = async (data: string) => {
      const { feeds, source } = await readAll({ data: [data], reader: at('@own.mjs') }, [x]);
      expect([source.reader, source.preprocessing]).toEqual(['own.mjs', {}]);
      return valuesOf(feeds, 'x');
    };
    expect(await read('a/*.bin')).toEqual([7, 1]);
    expect(await read('@list')).toEqual([5, 1]);
  });
});

describe('several files as one source', () => {
  test('are read by the reader that is asked for', async () => {
    const at = await placed({ 'a.data': '1,2\n', 'b.data': '3,4\n' });
    const { feeds, source } = await readAll({ data: [at('@{a,b}.data')], reader: 'csv' }, [x]);
    expect([source.reader, valuesOf(feeds, 'x')]).toEqual(['csv', [1, 2, 3, 4]]);
  });
});

describe('batches as they were saved', () => {
  test('have a size that nobody knows, and feed all inputs alone', async () => {
    const at = await placed({ 'set/input_0.pb': testSet, 'y.npy': array(1), 'l.txt': 'a\n' });
    const { feeds, source } = await readAll({ data: [at('@set')] }, [x]);
    expect(valuesOf(feeds, 'x')).toEqual([8, 9]);
    expect(feeds[0].origins).toEqual([at('@set')]);
    expect(source).toMatchObject({
      reader: 'onnx-test-set',
      size: undefined,
      preprocessing: {},
      notices: [],
    });
    expect(source).not.toHaveProperty('gathers');
    await expect(openData({ data: [at('@set')], labels: at('@l.txt') }, [x])).rejects.toThrow(
      '--labels has no effect on a source of kind onnx-test-set, which brings its own batches',
    );
    await expect(openData({ data: [`x=${at('@set')}`, `y=${at('@y.npy')}`] }, [x, y])).rejects.toThrow(
      'a source of kind onnx-test-set feeds all inputs of a model: pass it as the only --data',
    );
  });

  test('feed inputs without a batch axis, which nothing else does', async () => {
    const scalar = toBinary(TensorProtoSchema, create(TensorProtoSchema, { dataType: 1, floatData: [3] }));
    const at = await placed({ 'set/input_0.pb': scalar, 'x.npy': array(1), 'z.npy': array(1) });
    const rate = input('x', 'float32', []);
    expect(valuesOf((await readAll({ data: [at('@set')] }, [rate])).feeds, 'x')).toEqual([3]);
    for (const data of ['@x.npy', '@?.npy']) {
      await expect(openData({ data: [at(data)] }, [rate])).rejects.toThrow(
        'input x is a single value without a batch axis, which samples cannot feed',
      );
    }
  });
});

test('inputs of strings are refused by name', async () => {
  await expect(openData({ data: ['random:1'] }, [x, input('words', 'string', ['n'])])).rejects.toThrow(
    'input words of the model takes strings, which no reader gives',
  );
});

test('an input whose single sample no memory holds is refused by its shape', async () => {
  const huge = input('x', 'float32', ['n', 2 ** 20, 'h', 2 ** 20, 0]);
  await expect(openData({ data: ['random:1'] }, [huge])).rejects.toThrow(
    /^a sample of 1048576×1×1048576×1 for input x takes 4100 GiB, which does not fit into memory/,
  );
});

test.each([
  [{ batchSize: 0 }, '--batch 0: write a whole number from 1 on'],
  [{ maxSamples: 0 }, '--max-samples 0: write a whole number from 1 on'],
  [{ every: 2.5 }, '--every 2.5: write a whole number from 1 on'],
])('%j is refused by its name', async (options, message) => {
  const at = await placed({ 'x.npy': array(2) });
  const source = await openData({ data: [at('@x.npy')] }, [x]);
  expect(() => source.feeds({ batchSize: 1, ...options })).toThrow(message);
  await source.close();
});

test('what was opened is closed where a later source fails', async () => {
  const at = await placed({ 'x.npy': array(2), 'y.npy': array(2, 3) });
  const { promises } = await import('node:fs');
  const before = (await promises.readdir('/proc/self/fd').catch(() => [])).length;
  for (let i = 0; i < 20; i++) {
    const data = [`x=${at('@x.npy')}`, `y=${at('@y.npy')}`];
    await expect(openData({ data }, [x, y])).rejects.toThrow(/y\.npy do not fit/);
  }
  const after = (await promises.readdir('/proc/self/fd').catch(() => [])).length;
  expect(after - before).toBeLessThan(20);
});
