import { expect, test } from 'vitest';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

/** A record: label bytes, then the red, the green and the blue plane, each filled with one value. */
const record = (labels: readonly number[], red: number, green: number, blue: number): Buffer =>
  Buffer.concat([
    Buffer.from(labels),
    Buffer.alloc(1024, red),
    Buffer.alloc(1024, green),
    Buffer.alloc(1024, blue),
  ]);

const nchw = input('x', 'float32', ['n', 3, 32, 32]);
const nhwc = input('x', 'float32', ['n', 32, 32, 3]);

test('a file of CIFAR-10, planes where channels come first, interleaved where last', async () => {
  const folder = await temporaryFolder({
    'test_batch.bin': Buffer.concat([record([3], 10, 20, 30), record([9], 40, 50, 60)]),
    'batches.meta.txt': 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n',
  });
  const options = { data: [`${folder}/test_batch.bin`], image: { scale: 1 } };
  const { feeds, source } = await readAll(options, [nchw]);
  expect(source.reader).toBe('cifar');
  const planes = valuesOf(feeds, 'x');
  expect([planes[0], planes[1024], planes[2048], planes[3072]]).toEqual([10, 20, 30, 40]);
  expect(feeds[0].labels).toEqual(['cat', 'truck']);
  const last = await readAll(options, [nhwc]);
  expect(valuesOf(last.feeds, 'x').slice(0, 4)).toEqual([10, 20, 30, 10]);
});

test('a folder stands for its training files in the order of their numbers, and says so', async () => {
  const folder = await temporaryFolder({
    'data_batch_10.bin': record([1], 3, 0, 0),
    'data_batch_2.bin': record([1], 2, 0, 0),
    'data_batch_1.bin': record([1], 1, 0, 0),
    'test_batch.bin': record([1], 9, 0, 0),
  });
  const { feeds, source } = await readAll({ data: [folder], image: { scale: 1 } }, [nchw]);
  const values = valuesOf(feeds, 'x');
  expect([values[0], values[3072], values[6144], values.length]).toEqual([1, 2, 3, 3 * 3072]);
  expect(source.notices?.[0]).toMatch(/training files/);
});

test('CIFAR-100 has two labels, of which the second is the class', async () => {
  const folder = await temporaryFolder({ 'test.bin': record([5, 77], 1, 2, 3) });
  const { feeds } = await readAll({ data: [`${folder}/test.bin`] }, [nchw]);
  expect(feeds[0].labels).toEqual(['77']);
});

test('a truncated file is refused', async () => {
  const folder = await temporaryFolder({ 'data_batch_1.bin': record([1], 1, 2, 3).subarray(0, 3000) });
  await expect(readAll({ data: [folder] }, [nchw])).rejects.toThrow(
    /3000 bytes, which are no whole records of 3073/,
  );
});

test('CIFAR-100 takes the names of its fine classes, and a number where none is listed', async () => {
  const folder = await temporaryFolder({
    'train.bin': Buffer.concat([record([1, 0], 1, 0, 0), record([0, 1], 2, 0, 0), record([0, 2], 3, 0, 0)]),
    'test.bin': record([0, 1], 9, 0, 0),
    'fine_label_names.txt': 'apple\r\naquarium_fish\r\n',
  });
  const { feeds, source } = await readAll({ data: [folder], image: { scale: 1 } }, [nchw]);
  expect(feeds[0].labels).toEqual(['apple', 'aquarium_fish', '2']);
  const values = valuesOf(feeds, 'x');
  expect([0, 3072, 6144].map((i) => values[i])).toEqual([1, 2, 3]);
  expect(source.size).toBe(3);
  expect(source.notices?.[0]).toContain(`${folder} is read as its training files`);
});

test('one training file of CIFAR-10 has one label a record, and nothing is said of others', async () => {
  const folder = await temporaryFolder({ 'data_batch_3.bin': record([4], 7, 8, 9) });
  const path = `${folder}/data_batch_3.bin`;
  const { feeds, source } = await readAll({ data: [path], image: { scale: 1 } }, [nhwc]);
  expect(feeds[0].labels).toEqual(['4']);
  expect(valuesOf(feeds, 'x').slice(0, 3)).toEqual([7, 8, 9]);
  expect(source.notices?.join()).not.toContain('training files');
});

test('a folder without such files, and an empty file, are refused', async () => {
  const folder = await temporaryFolder({
    'test_batch.bin': record([1], 1, 2, 3),
    'train.bin': Buffer.alloc(0),
  });
  await expect(readAll({ data: [`${folder}/train.bin`] }, [nchw])).rejects.toThrow(
    /train\.bin holds 0 bytes, which are no whole records of 3074/,
  );
  const none = await temporaryFolder({ 'test_batch.bin': record([1], 1, 2, 3) });
  await expect(readAll({ data: [none], reader: 'cifar' }, [nchw])).rejects.toThrow('holds no CIFAR files');
});
