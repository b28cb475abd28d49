import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FeedOptions } from '../../src/data/feed.js';
import { openData } from '../../src/data/open/openData.js';
import { lastingFolder } from '../support/folder.js';
import { npyBytes } from './npyBytes.js';
import { input } from './reading.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

beforeAll(async () => {
  await writeFile(at('x.npy'), npyBytes("'<f4'", '(40, 1)', Float32Array.from(upTo(40))));
  await writeFile(
    at('labels.txt'),
    upTo(40)
      .map((i) => `class ${i}`)
      .join('\n'),
  );
  await writeFile(at('x.csv'), ['a', ...upTo(40)].join('\n'));
});

/** The values of the batches, with their labels where there are any. */
async function batches(data: string, options: Partial<FeedOptions>, more = {}) {
  const source = await openData({ data: [data], shuffles: true, ...more }, [input('x', 'float32', ['n', 1])]);
  const found: { values: number[]; labels: readonly (string | undefined)[] | undefined }[] = [];
  for await (const { tensors, labels } of source.feeds({ batchSize: 8, shuffle: true, ...options })) {
    found.push({ values: Array.from(tensors.x.data, Number), labels });
  }
  await source.close();
  return { found, values: found.flatMap(({ values }) => values), seed: source.shuffleSeed };
}

describe('a random order', () => {
  test('gives every sample once, in another order, the same for the same seed', async () => {
    const { values, found, seed } = await batches(at('x.npy'), {});
    expect(seed).toBe(0);
    expect([...values].sort((a, b) => a - b)).toEqual(upTo(40));
    // No batch is a stretch of the source.
    for (const batch of found) {
      expect(Math.max(...batch.values) - Math.min(...batch.values)).toBeGreaterThan(16);
    }
    expect((await batches(at('x.npy'), {})).values).toEqual(values);
    expect((await batches(at('x.npy'), {}, { seed: 1 })).values).not.toEqual(values);
  });

  test('keeps labels with their samples', async () => {
    const { found } = await batches(at('x.npy'), {}, { labels: at('labels.txt') });
    for (const { values, labels } of found) expect(labels).toEqual(values.map((x) => `class ${x}`));
  });

  test('takes those first that a limit would have drawn', async () => {
    const limited = await batches(at('x.npy'), { maxSamples: 13 });
    const drawn = await batches(at('x.npy'), { maxSamples: 13, shuffle: false });
    expect([...limited.values].sort((a, b) => a - b)).toEqual(drawn.values);
    expect(limited.values).toEqual((await batches(at('x.npy'), {})).values.slice(0, 13));
  });

  test('deals whole batches out to shards', async () => {
    const whole = await batches(at('x.npy'), {});
    const shards = await Promise.all(
      [0, 1].map(async (index) => (await batches(at('x.npy'), { share: { index, count: 2 } })).found),
    );
    expect(shards[0]).toEqual([whole.found[0], whole.found[2], whole.found[4]]);
    expect(shards[1]).toEqual([whole.found[1], whole.found[3]]);
  });

  test('goes on where an earlier pass ended', async () => {
    const source = await openData({ data: [at('x.npy')], shuffles: true }, [input('x', 'float32', ['n', 1])]);
    const feeds = source.feeds({ batchSize: 8, shuffle: true });
    const seen: number[] = [];
    for await (const { tensors, end } of feeds) {
      seen.push(...Array.from(tensors.x.data, Number));
      if (seen.length < 16 || !end) continue;
      const from = { ...end, labels: new Map<string, number>(), skippedSamples: [] };
      const rest = await batches(at('x.npy'), { from });
      expect([...seen, ...rest.values]).toEqual((await batches(at('x.npy'), {})).values);
      break;
    }
    expect(seen).toHaveLength(16);
    await source.close();
  });

  test('is that of the source where it can only be read so, and with --in-order', async () => {
    const csv = await batches(at('x.csv'), {});
    expect([csv.values, csv.seed]).toEqual([upTo(40), undefined]);
    const inOrder = await batches(at('x.npy'), {}, { inOrder: true });
    expect([inOrder.values, inOrder.seed]).toEqual([upTo(40), undefined]);
  });
});
