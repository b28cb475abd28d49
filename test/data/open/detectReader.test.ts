import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectReader } from '../../../src/data/open/detectReader.js';
import { temporaryFolder } from '../temporaryFolder.js';

const own = 'export default function* () {}';

describe('a source is read', () => {
  test('by what stands there: its name, or its first bytes', async () => {
    const folder = await temporaryFolder({
      'a.csv': '1\n',
      'A.JSONL': '[1]\n',
      table: 'PAR1 and more',
      'class/x.txt': 'no image',
    });
    const names = await Promise.all(
      ['a.csv', 'A.JSONL', 'table', 'class'].map(
        async (name) => (await detectReader(join(folder, name))).name,
      ),
    );
    expect(names).toEqual(['csv', 'jsonl', 'parquet', 'images']);
    expect((await detectReader('random:3')).name).toBe('random');
  });

  test('by the one that is asked for, which may be a module', async () => {
    const folder = await temporaryFolder({ 'a.csv': '1\n', 'own.mjs': own });
    expect((await detectReader(join(folder, 'a.csv'), 'npy')).name).toBe('npy');
    expect((await detectReader('3', 'random')).name).toBe('random');
    // What a module reads may stand anywhere.
    expect((await detectReader('nowhere', join(folder, 'own.mjs'))).name).toBe('own.mjs');
  });

  test('only where something stands', async () => {
    const folder = await temporaryFolder({ 'a.csv': '1\n' });
    for (const [name, forced] of [
      ['b.csv', undefined],
      ['b.csv', 'csv'],
      // A file is no folder.
      ['a.csv/b.csv', undefined],
    ] as const) {
      const path = join(folder, name);
      await expect(detectReader(path, forced)).rejects.toThrow(
        `${path} does not exist: pass an existing file or folder, or random:<n>`,
      );
    }
  });

  test('where its name can be one', async () => {
    const long = 'x'.repeat(5000);
    await expect(detectReader(long)).rejects.toThrow(/^x+ cannot be read \(.*\): check its permissions$/);
  });
});

describe('no reader', () => {
  test('is called as nobody is', async () => {
    await expect(detectReader('random:3', 'csb')).rejects.toThrow(
      'no reader is called csb: --reader takes random',
    );
  });

  test('takes what nobody knows', async () => {
    const folder = await temporaryFolder({ 'a.xyz': '?' });
    await expect(detectReader(join(folder, 'a.xyz'))).rejects.toThrow(
      'a.xyz is not a recognised kind of source',
    );
  });
});
