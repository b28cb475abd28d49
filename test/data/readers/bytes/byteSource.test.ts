import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ByteReader, fileBytes, streamedBytes } from '../../../../src/data/readers/bytes/byteSource.js';
import { gunzippedFile, isGzip } from '../../../../src/data/readers/bytes/gunzippedFile.js';
import { openFile } from '../../../../src/data/readers/bytes/openFile.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const counting = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);

async function bytesAt(reader: ByteReader, position: number, length: number): Promise<number[]> {
  const target = new Uint8Array(length);
  await reader.read(position, target);
  return [...target];
}

async function placed(content: string | Uint8Array): Promise<string> {
  return join(await temporaryFolder({ x: content }), 'x');
}

describe('bytes of a file', () => {
  async function part(start: number, size: number) {
    const handle = await open(await placed(counting(20)));
    onTestFinished(() => handle.close());
    return fileBytes(handle, 'x', start, size);
  }

  test('are read in any order, counted from where they begin', async () => {
    const source = await part(5, 10);
    expect(source).toMatchObject({ name: 'x', size: 10, seekable: true });
    const reader = await source.open();
    expect(await bytesAt(reader, 4, 3)).toEqual([9, 10, 11]);
    expect(await bytesAt(reader, 0, 2)).toEqual([5, 6]);
    expect(await bytesAt(reader, 3, 0)).toEqual([]);
    await reader.close();
    // The file is its owner's.
    expect(await bytesAt(await source.open(), 1, 1)).toEqual([6]);
  });

  test('that lie beyond its end are said to be missing', async () => {
    const reader = await (await part(5, 10)).open();
    await expect(bytesAt(reader, 10, 6)).rejects.toThrow('x ends before its data does: it is truncated');
  });

  test('are read whole where the system gives a few at a time', async () => {
    const handle = await open(await placed(counting(20)));
    onTestFinished(() => handle.close());
    const slow = new Proxy(handle, {
      get: (target, key) =>
        key === 'read'
          ? (into: Uint8Array, offset: number, length: number, position: number) =>
              target.read(into, offset, Math.min(length, 3), position)
          : undefined,
    });
    expect(await bytesAt(await fileBytes(slow, 'x', 2, 18).open(), 1, 10)).toEqual([
      ...counting(13).slice(3),
    ]);
  });
});

describe('bytes of a stream', () => {
  const chunked = (...chunks: Uint8Array[]) => streamedBytes('x.gz', 10, async () => Readable.from(chunks));

  test('are read forwards, over the ends of chunks', async () => {
    const source = chunked(counting(10).slice(0, 3), counting(10).slice(3, 4), counting(10).slice(4));
    expect(source).toMatchObject({ name: 'x.gz', size: 10, seekable: false });
    const reader = await source.open();
    expect(await bytesAt(reader, 1, 1)).toEqual([1]);
    expect(await bytesAt(reader, 2, 3)).toEqual([2, 3, 4]);
    expect(await bytesAt(reader, 7, 3)).toEqual([7, 8, 9]);
    await reader.close();
    // Each pass is a stream of its own.
    expect(await bytesAt(await source.open(), 0, 2)).toEqual([0, 1]);
  });

  test('are not read backwards, further than the chunk at hand', async () => {
    const reader = await chunked(Uint8Array.of(0, 1, 2), Uint8Array.of(3, 4)).open();
    expect(await bytesAt(reader, 3, 1)).toEqual([3]);
    await expect(bytesAt(reader, 2, 1)).rejects.toThrow('x.gz is read backwards');
  });

  test('that end early, or break, are told by the name of the source', async () => {
    await expect(bytesAt(await chunked(Uint8Array.of(1)).open(), 0, 2)).rejects.toThrow(
      'x.gz ends before its data does: it is truncated, copy or write it again',
    );
    const broken = streamedBytes('x.gz', 2, async () =>
      Readable.from(
        (function* () {
          yield Uint8Array.of(1);
          throw new Error('bad checksum');
        })(),
      ),
    );
    await expect(bytesAt(await broken.open(), 0, 2)).rejects.toThrow('x.gz is damaged (bad checksum)');
    const closed = streamedBytes('x.gz', 2, () => Promise.reject(new Error('no entry')));
    await expect(closed.open()).rejects.toThrow('x.gz is damaged (no entry): write it again');
  });
});

describe('a file that may be gzipped', () => {
  const content = counting(200);

  test.each([
    ['as it is', content, true],
    ['unpacked', gzipSync(content), false],
  ])('is read %s', async (_, bytes, seekable) => {
    const found = await gunzippedFile(await placed(bytes));
    expect(found).toMatchObject({ size: 200, seekable });
    const reader = await found.open();
    expect(await bytesAt(reader, 150, 50)).toEqual([...content.slice(150)]);
    await reader.close();
    await found.close();
  });

  test('is told by its first two bytes, and by being long enough to be one', async () => {
    expect(
      [[0x1f, 0x8b], [0x1f, 0x8c], [0x1e, 0x8b], [0x1f]].map((head) => isGzip(Uint8Array.from(head))),
    ).toEqual([true, false, false, false]);
    for (const bytes of [[], [0x1f], [0x1f, 0x8b, 1, 2, 3, 4, 5]]) {
      const found = await gunzippedFile(await placed(Uint8Array.from(bytes)));
      expect(found.size).toBe(bytes.length);
      await found.close();
    }
  });
});

test('a folder is no file, and what is not there cannot be read', async () => {
  const folder = await temporaryFolder();
  await expect(openFile(folder)).rejects.toThrow(`${folder} is a folder: pass a file, or another --reader`);
  await expect(openFile(join(folder, 'none'))).rejects.toThrow(
    /none cannot be read \(.*\): check its permissions/,
  );
  const { handle, size } = await openFile(await placed('12345'));
  expect(size).toBe(5);
  await handle.close();
});
