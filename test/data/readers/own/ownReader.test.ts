import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const x = input('x', 'float32', ['n', 2]);
const ids = input('ids', 'int64', ['n', 1]);

/** The data that a module of this body gives; `numbers` is its source. */
async function read(body: string, inputs = [x], feedOptions = {}, options = {}) {
  const folder = await temporaryFolder({ 'mine.mjs': body });
  return readAll({ data: ['numbers'], reader: join(folder, 'mine.mjs'), ...options }, inputs, feedOptions);
}

const counting = `export default async function* (source, { inputs }) {
  for (let i = 0; i < 5; i++) {
    yield { inputs: { x: [i, inputs[0].shape[1]], ids: BigInt64Array.of(BigInt(i)) }, label: i % 2, origin: source + i };
  }
}`;

test('gives samples with labels, by the name of its file, whatever its source is', async () => {
  const { feeds, source } = await read(counting);
  expect(valuesOf(feeds, 'x')).toEqual([0, 2, 1, 2, 2, 2, 3, 2, 4, 2]);
  expect(feeds.flatMap((feed) => feed.labels)).toEqual(['0', '1', '0', '1', '0']);
  expect(source).toMatchObject({ reader: 'mine.mjs', source: 'numbers', labelled: true, size: 5 });
  expect(source.drawSeed).toBeUndefined();
});

test('feeds several inputs out of one run of the generator, every k-th batch too', async () => {
  const twice = `let runs = 0;
    export default function* () {
      runs++;
      for (let i = 0; i < 6; i++) yield { inputs: { x: [i, runs], ids: [10 * i] } };
    }`;
  const { feeds } = await read(twice, [x, ids], { batchSize: 2, every: 2 });
  // The first run was for the first sample only.
  expect(valuesOf(feeds, 'x')).toEqual([2, 2, 3, 2]);
  expect(valuesOf(feeds, 'ids')).toEqual([20n, 30n]);
});

test('may give a shape, which has to fit', async () => {
  const wide = input('x', 'float32', ['n', 3, 'w']);
  const body = (dims: string) =>
    `export default () => [{ inputs: { x: { data: new Uint8Array(6), dims: ${dims} } } }];`;
  expect((await read(body('[3, 2]'), [wide])).feeds[0].tensors.x.dims).toEqual([1, 3, 2]);
  await expect(read(body('[4]'), [wide])).rejects.toThrow('gave 6 values for input x, but dims 4 take 4');
  await expect(read(body('["3"]'), [wide])).rejects.toThrow('that are no list of sizes');
});

describe('what is wrong with it', () => {
  const yields = (sample: string) =>
    `export default function* () { yield { inputs: { x: [1, 2] } }; yield ${sample}; }`;
  test.each([
    ['export const a = 1;', 'exports no function by default'],
    ['export default 7', 'exports no function by default'],
    ['syntax error(', 'cannot be loaded'],
    ['export default () => 7', 'failed at sample 0 of numbers: it returns nothing that can be iterated'],
    ['export default function* () {}', 'gives no samples of numbers'],
    [
      'export default async function* () { yield { inputs: { x: [1, 2] } }; throw new Error("no disk"); }',
      'failed at sample 1 of numbers: no disk',
    ],
    [yields('7'), 'numbers, sample 1: the reader gave no { inputs'],
    [yields('{ inputs: {} }'), 'numbers, sample 1: the reader gave nothing for input x'],
    [
      yields('{ inputs: { x: ["1", 2] } }'),
      'the reader gave no typed array and no list of numbers for input x',
    ],
    [
      yields('{ inputs: { x: [1, 2, 3] }, origin: "third" }'),
      'third: it has the shape 3, but input x wants 2',
    ],
  ])('%s', async (body, message) => {
    await expect(read(body)).rejects.toThrow(message);
  });

  test('is left out and listed where that is asked for', async () => {
    const { feeds, source } = await read(yields('7'), [x], {}, { onError: 'skip' });
    expect(valuesOf(feeds, 'x')).toEqual([1, 2]);
    expect(source.skipped).toMatchObject([{ origin: 'numbers, sample 1' }]);
  });

  test('is that it is not there, or that options are given which it cannot know', async () => {
    await expect(readAll({ data: ['n'], reader: './nowhere.mjs' }, [x])).rejects.toThrow(
      'the reader ./nowhere.mjs cannot be loaded',
    );
    await expect(read(counting, [x], {}, { image: { resize: 2 } })).rejects.toThrow(
      '--resize is an option for images',
    );
  });
});

test('the example of the documentation reads what it says', async () => {
  const { readFile } = await import('node:fs/promises');
  const page = await readFile('docs/own-reader.md', 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const data = await temporaryFolder({
    'b.json': '{"signal":[3,4],"kind":"b"}',
    'a.json': '{"signal":[1,2],"kind":"a"}',
  });
  const { feeds } = await read(code, [x], {}, { data: [data] });
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(feeds[0].labels).toEqual(['a', 'b']);
});
