import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MatrixStore } from '../../src/files/matrixStore.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

async function opened(): Promise<MatrixStore> {
  const store = await MatrixStore.open();
  onTestFinished(() => store.close());
  return store;
}

describe('matrices on the disk', () => {
  it('grow row by row, each under its name', async () => {
    const store = await opened();
    await store.append('a', Float64Array.of(1, 2));
    await store.append('b', Float64Array.of(-7));
    await store.append('a', Float64Array.of(0.1, Number.MAX_VALUE));
    expect([store.length('a'), store.length('b')]).toEqual([4, 1]);
    expect(await store.read('a')).toEqual(Float64Array.of(1, 2, 0.1, Number.MAX_VALUE));
    expect(await store.read('b')).toEqual(Float64Array.of(-7));
  });

  it('take a part of an array as that part', async () => {
    const store = await opened();
    await store.append('a', Float64Array.of(1, 2, 3, 4).subarray(1, 3));
    expect(await store.read('a')).toEqual(Float64Array.of(2, 3));
  });

  it('are read in part, from one number up to another', async () => {
    const store = await opened();
    await store.append('a', Float64Array.of(10, 11, 12, 13));
    expect(await store.read('a', 1, 3)).toEqual(Float64Array.of(11, 12));
    expect(await store.read('a', 2)).toEqual(Float64Array.of(12, 13));
    expect(await store.read('a', 4)).toEqual(new Float64Array(0));
  });

  it('are empty under a name that nothing was appended to', async () => {
    const store = await opened();
    expect(store.length('none')).toBe(0);
    expect(await store.read('none')).toEqual(new Float64Array(0));
    expect(await store.read('none', 0, 3)).toEqual(new Float64Array(0));
  });

  it('are replaced whole, by fewer numbers too', async () => {
    const store = await opened();
    await store.append('a', Float64Array.of(1, 2, 3));
    await store.replace('a', Float64Array.of(9));
    expect([store.length('a'), await store.read('a')]).toEqual([1, Float64Array.of(9)]);
    await store.append('a', Float64Array.of(8));
    expect(await store.read('a')).toEqual(Float64Array.of(9, 8));
    await store.replace('new', Float64Array.of(5));
    expect(await store.read('new')).toEqual(Float64Array.of(5));
  });

  it('say so where more is asked for than was written', async () => {
    const store = await opened();
    await store.append('a', Float64Array.of(1));
    await expect(store.read('a', 0, 2)).rejects.toThrow('lost what was written');
  });

  it('are gone when closed, and lie where TMPDIR says', async () => {
    const folder = await temporaryDirectory();
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(tmpdir()).toBe(folder);
    const store = await MatrixStore.open();
    await store.append('a', Float64Array.of(1));
    const [made, ...others] = await readdir(folder);
    expect([made.startsWith('delve-'), others]).toEqual([true, []]);
    await store.close();
    expect(await readdir(folder)).toEqual([]);
    vi.stubEnv('TMPDIR', `${folder}/none`);
    await expect(MatrixStore.open()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('the folder for temporary files cannot be written ('),
    });
  });
});
