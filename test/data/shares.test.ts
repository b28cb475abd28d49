import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Feed, FeedOptions } from '../../src/data/feed.js';
import { openData } from '../../src/data/open/openData.js';
import type { DataOptions } from '../../src/data/options.js';
import { goesOn, isWanted, type Selection, shareOf, wantedRuns } from '../../src/data/selection.js';
import { TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { lastingFolder } from '../support/folder.js';
import { npyBytes } from './npyBytes.js';
import { input, readAll, valuesOf } from './reading.js';
import { temporaryFolder } from './temporaryFolder.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Which samples each block holds, by the words of `Blocks`: cut, thinned, limited, dealt out, skipped. */
function byHand(size: number, block: number, every: number, limit: number, index: number, count: number) {
  const cut = upTo(Math.ceil(size / block)).map((k) => upTo(size).slice(k * block, (k + 1) * block));
  const used = cut.filter((_, k) => k % every === every - 1).flat();
  const limited = used.slice(0, limit);
  const blocks = upTo(Math.ceil(limited.length / block)).map((b) =>
    limited.slice(b * block, (b + 1) * block),
  );
  return blocks.filter((_, b) => b % count === index).flat();
}

describe('a share of blocks', () => {
  const sizes = [0, 1, 5, 12, 13, 47];
  const cases = sizes.flatMap((size) =>
    [1, 4, 5].flatMap((block) =>
      [1, 3].flatMap((every) => [1, 2, 4].map((count) => ({ size, block, every, count }))),
    ),
  );

  test.each(cases)(
    'of $size by $block, every $every, dealt out to $count',
    ({ size, block, every, count }) => {
      for (const limit of [undefined, 1, 7, 100]) {
        for (const index of upTo(count)) {
          const ours = byHand(size, block, every, limit ?? size, index, count);
          for (const skip of [0, 1, 4, 6]) {
            const selection: Selection = { block, every, limit, share: { index, count }, skip };
            const wanted = ours.slice(skip);
            const runs = [...wantedRuns(selection, size)];
            expect(runs.flatMap(([start, end]) => upTo(end - start).map((i) => start + i))).toEqual(wanted);
            expect(upTo(size).filter((i) => isWanted(selection, i))).toEqual(wanted);
            for (const i of wanted) expect(goesOn(selection, i)).toBe(true);
          }
        }
      }
    },
  );

  test('ends a reading where the limit is reached', () => {
    // Blocks of 2, every third: samples 4, 5, 10, 11, 16 …; three of them end with 10.
    const selection = { block: 2, every: 3, limit: 3 };
    expect([goesOn(selection, 10), goesOn(selection, 11)]).toEqual([true, false]);
  });

  test('of chosen samples are blocks of those', () => {
    const chosen = Uint32Array.of(1, 3, 4, 8, 9, 20, 21);
    const shares = [0, 1, 2].map((index) => [...shareOf(chosen, 2, { index, count: 3 })]);
    expect(shares).toEqual([
      [1, 3, 21],
      [4, 8],
      [9, 20],
    ]);
    expect([...shareOf(chosen, 2, { index: 0, count: 3 }, 1)]).toEqual([3, 21]);
    expect([...shareOf(chosen, 2, { index: 0, count: 1 }, 5)]).toEqual([20, 21]);
  });
});

const COUNT = 23;
const values = Float64Array.from({ length: COUNT }, (_, i) => i);
const OWN = 'export default function* () { for (let i = 0; i < 23; i++) yield { inputs: { x: [i] } }; }';

const floats = (dims: readonly number[], doubleData: readonly number[]): Uint8Array =>
  toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { dataType: 11, dims: dims.map(BigInt), doubleData: [...doubleData] }),
  );

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);

beforeAll(async () => {
  await writeFile(at('x.npy'), npyBytes("'<f8'", `(${COUNT}, 1)`, values));
  await writeFile(at('first.npy'), npyBytes("'<f8'", '(9, 1)', values.slice(0, 9)));
  await writeFile(at('second.npy'), npyBytes("'<f8'", '(14, 1)', values.slice(9)));
  await writeFile(at('x.csv'), `x\n${[...values].join('\n')}\n`);
  await writeFile(at('own.mjs'), OWN);
  await writeFile(at('list.txt'), `${at('first.npy')}\n${at('second.npy')}\n`);
  // Batches of their own.
  const lengths = [1, 2, 3, 4, 5, 6, 2];
  for (const [k, length] of lengths.entries()) {
    const start = lengths.slice(0, k).reduce((sum, n) => sum + n, 0);
    await mkdir(at(`sets/test_data_set_${k}`), { recursive: true });
    const set = floats([length, 1], [...values.slice(start, start + length)]);
    await writeFile(at(`sets/test_data_set_${k}/input_0.pb`), set);
  }
});

/** The same samples, as sources of several kinds. */
const sources: Readonly<Record<string, () => DataOptions>> = {
  'an array': () => ({ data: [at('x.npy')] }),
  'an array, in order': () => ({ data: [at('x.npy')], inOrder: true }),
  'a table': () => ({ data: [at('x.csv')] }),
  'a reader of one’s own': () => ({ data: ['anything'], reader: at('own.mjs') }),
  'a list of files': () => ({ data: [`@${at('list.txt')}`] }),
  'random numbers': () => ({ data: [`random:${COUNT}`] }),
  'test sets': () => ({ data: [at('sets')] }),
};

const kinds = Object.keys(sources);
const one = [input('x', 'float64', ['n', 1])];
const cases = kinds.flatMap((kind) =>
  [{}, { maxSamples: 10 }, { every: 2 }, { maxSamples: 7, every: 2 }].map((options) => ({ kind, options })),
);

async function feedsOf(kind: string, options: Partial<FeedOptions>): Promise<Feed[]> {
  const source = sources[kind]();
  const { maxSamples } = options;
  const { inOrder, ...rest } = source;
  const data =
    maxSamples === undefined ? rest : { ...rest, maxSamples, ...(inOrder ? { inOrder: true } : {}) };
  return (await readAll(data, one, options)).feeds;
}

const tensorsIn = (feeds: readonly Feed[]) => feeds.map(({ tensors }) => [...tensors.x.data]);

describe.each(cases)('$kind with $options', ({ kind, options }) => {
  test('is dealt out by whole batches, disjoint and complete', async () => {
    const all = await feedsOf(kind, options);
    for (const count of [2, 3, 20]) {
      for (const index of upTo(count)) {
        const ours = await feedsOf(kind, { ...options, share: { index, count } });
        expect(tensorsIn(ours)).toEqual(tensorsIn(all.filter((_, b) => b % count === index)));
      }
    }
  });

  test('is read on from any place', async () => {
    for (const share of [undefined, { index: 1, count: 2 }]) {
      const all = await feedsOf(kind, { ...options, share });
      for (const [i, { end }] of all.entries()) {
        if (!end) throw new Error('a feed without its end');
        const from = { ...end, labels: new Map(), skippedSamples: [] };
        const rest = await feedsOf(kind, { ...options, share, from });
        expect(tensorsIn(rest)).toEqual(tensorsIn(all.slice(i + 1)));
        expect(rest.map((feed) => feed.end)).toEqual(all.slice(i + 1).map((feed) => feed.end));
      }
    }
  });
});

describe('samples that cannot be used', () => {
  /** The class `b` of every third sample is none of those that there are. */
  async function options(maxSamples?: number): Promise<DataOptions> {
    const folder = await temporaryFolder({ 'x.npy': npyBytes("'<f8'", `(${COUNT}, 1)`, values) });
    await writeFile(
      join(folder, 'l.txt'),
      upTo(COUNT)
        .map((i) => (i % 3 === 0 ? 'b' : 'a'))
        .join('\n'),
    );
    return {
      data: [join(folder, 'x.npy')],
      ...{ labels: join(folder, 'l.txt'), classes: ['a', 'c'], onError: 'skip', maxSamples },
    };
  }

  test('are left out of their share, and no other takes their place', async () => {
    for (const maxSamples of [undefined, 12]) {
      const shares = await Promise.all(
        [0, 1, 2].map(async (index) =>
          readAll(await options(maxSamples), one, { maxSamples, share: { index, count: 3 } }),
        ),
      );
      const found = shares.flatMap(({ feeds }) => valuesOf(feeds, 'x').map(Number));
      const skipped = shares.reduce((sum, { source }) => sum + source.skippedCount, 0);
      expect(new Set(found).size).toBe(found.length);
      expect(found.length + skipped).toBe(maxSamples ?? COUNT);
      expect(found.every((i) => i % 3 !== 0)).toBe(true);
    }
  });

  test('are replaced after a place as they are without a stop, and still counted', async () => {
    for (const maxSamples of [undefined, 8, 13]) {
      const source = await openData(await options(maxSamples), one);
      const all: Feed[] = [];
      const logs: { labels: Map<string, number>; skippedSamples: typeof source.skipped }[] = [];
      for await (const feed of source.feeds({ batchSize: 4, maxSamples })) {
        all.push(feed);
        logs.push({ labels: new Map(source.labels), skippedSamples: [...source.skipped] });
      }
      const [labels, count, listed] = [new Map(source.labels), source.skippedCount, [...source.skipped]];
      expect(count).toBeGreaterThan(0);
      for (const [i, { end }] of all.entries()) {
        if (!end) throw new Error('a feed without its end');
        const from = { ...end, ...logs[i], skippedSamples: logs[i].skippedSamples.slice(0, end.skipped) };
        const rest: Feed[] = [];
        for await (const feed of source.feeds({ batchSize: 4, maxSamples, from })) rest.push(feed);
        expect(tensorsIn(rest)).toEqual(tensorsIn(all.slice(i + 1)));
        expect([new Map(source.labels), source.skippedCount, [...source.skipped]]).toEqual([
          labels,
          count,
          listed,
        ]);
      }
      await source.close();
    }
  });
});
