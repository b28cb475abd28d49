import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DataOptions } from '../../src/data/options.js';
import { npyBytes } from './npyBytes.js';
import { input, readAll, valuesOf } from './reading.js';
import { temporaryFolder } from './temporaryFolder.js';

const COUNT = 100;
const one = [input('x', 'float64', ['n', 1])];
const values = Float64Array.from({ length: COUNT }, (_, i) => i);

async function read(options: Partial<DataOptions> = {}, maxSamples: number | undefined = 10, every = 1) {
  const folder = await temporaryFolder({
    'x.npy': npyBytes("'<f8'", `(${COUNT}, 1)`, values),
    'labels.npy': npyBytes("'<f8'", `(${COUNT},)`, values),
  });
  const limit = maxSamples === undefined ? {} : { maxSamples };
  const { feeds, source } = await readAll({ data: [join(folder, 'x.npy')], ...limit, ...options }, one, {
    ...limit,
    every,
  });
  return {
    found: valuesOf(feeds, 'x').map(Number),
    labels: feeds.flatMap((feed) => feed.labels ?? []),
    source,
  };
}

describe('a limit', () => {
  test('draws from all samples, in the order of the source, labels with them', async () => {
    const { found, labels, source } = await read();
    expect(found).toHaveLength(10);
    expect(found).not.toEqual([...values.slice(0, 10)]);
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    expect(labels).toEqual(found.map(String));
    expect(source.drawSeed).toBe(0);
  });

  test('draws others for another seed, the same for the same', async () => {
    const { found } = await read({ seed: 7 });
    expect((await read({ seed: 7 })).found).toEqual(found);
    expect((await read()).found).not.toEqual(found);
  });

  test('takes the first in order where that is asked for', async () => {
    const { found, source } = await read({ inOrder: true });
    expect(found).toEqual([...values.slice(0, 10)]);
    expect(source.drawSeed).toBeUndefined();
  });

  test('that no source reaches changes nothing', async () => {
    expect((await read({}, COUNT)).found).toEqual([...values]);
  });

  test('draws among the batches that --every leaves', async () => {
    const { found } = await read({}, 10, 5);
    // Batches of four, each fifth of them: 16 … 19, 36 … 39, 56 … 59, 76 … 79, 96 … 99.
    expect(found).toHaveLength(10);
    for (const value of found) expect(Math.floor(value / 4) % 5).toBe(4);
  });

  test('draws as many more as were skipped', async () => {
    const folder = await temporaryFolder({ 'x.npy': npyBytes("'<f8'", `(${COUNT}, 1)`, values) });
    // All odd samples have a class that there is not.
    await writeFile(join(folder, 'l.txt'), [...values].map((i) => (i % 2 === 0 ? 'even' : 'odd')).join('\n'));
    const { feeds, source } = await readAll(
      {
        data: [join(folder, 'x.npy')],
        ...{ labels: join(folder, 'l.txt'), classes: ['even', 'other'] },
        ...{ onError: 'skip', maxSamples: 40 },
      },
      one,
      { maxSamples: 40 },
    );
    const found = valuesOf(feeds, 'x').map(Number);
    expect(new Set(found).size).toBe(40);
    expect(found.every((i) => i % 2 === 0)).toBe(true);
    expect(source.skippedCount).toBeGreaterThan(0);
  });

  test('takes the first of what can only be read in order, and of random data', async () => {
    const folder = await temporaryFolder({
      'x.csv': Array.from({ length: COUNT }, (_, i) => `${i}\n`).join(''),
    });
    const { feeds, source } = await readAll({ data: [join(folder, 'x.csv')], maxSamples: 5 }, one, {
      maxSamples: 5,
    });
    expect(valuesOf(feeds, 'x')).toEqual([0, 1, 2, 3, 4]);
    expect(source.drawSeed).toBeUndefined();
    const { source: random } = await readAll({ data: ['random:9'], maxSamples: 5 }, one, { maxSamples: 5 });
    expect(random.drawSeed).toBeUndefined();
  });

  test('draws images from all class folders', async () => {
    const { default: sharp } = await import('sharp');
    const folder = await temporaryFolder();
    const pixel = { create: { width: 1, height: 1, channels: 3, background: 'red' } } as const;
    const png = await sharp(pixel).png().toBuffer();
    for (const label of ['a', 'b', 'c']) {
      await mkdir(join(folder, label));
      for (let i = 0; i < 20; i++) await writeFile(join(folder, label, `${i}.png`), png);
    }
    const { source } = await readAll(
      { data: [folder], maxSamples: 30 },
      [input('x', 'float32', ['n', 3, 1, 1])],
      {
        maxSamples: 30,
      },
    );
    expect([...source.labels.keys()]).toEqual(['a', 'b', 'c']);
    expect([...source.labels.values()].reduce((a, b) => a + b)).toBe(30);
  });

  test.each([
    [{ inOrder: true }, '--in-order has no effect without --max-samples'],
    [{ seed: 1 }, '--seed is an option for random:<n>, or for samples that --max-samples draws'],
  ])('is what %j is for', async (options, message) => {
    const folder = await temporaryFolder({ 'x.npy': npyBytes("'<f8'", `(${COUNT}, 1)`, values) });
    await expect(readAll({ data: [join(folder, 'x.npy')], ...options }, one)).rejects.toThrow(message);
  });
});
