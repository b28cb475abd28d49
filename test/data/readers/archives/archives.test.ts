import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const x = input('x', 'float32', ['n', 1, 1, 2]);
const raw = { scale: 1 };
const png = (...values: number[]): Promise<Buffer> =>
  sharp(Uint8Array.from(values), { raw: { width: values.length, height: 1, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

async function tarOf(files: readonly (readonly [string, string | Buffer])[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of files) archive.entry({ name }, content);
  archive.finalize();
  return await buffer(archive);
}

async function readTar(bytes: Buffer, name = 'data.tar', options = {}) {
  const folder = await temporaryFolder({ [name]: bytes });
  return readAll({ data: [join(folder, name)], image: raw, ...options }, [x]);
}

test('a WebDataset shard: files of one key belong together, whichever comes first', async () => {
  const { feeds, source } = await readTar(
    await tarOf([
      ['000.cls', '3'],
      ['000.png', await png(1, 2)],
      ['001.png', await png(3, 4)],
      ['001.json', '{"label": 5}'],
      ['002.txt', 'no image here'],
      ['003.seg.png', await png(5, 6)],
    ]),
  );
  expect(source.reader).toBe('tar');
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4, 5, 6]);
  expect(feeds[0].labels).toEqual(['3', '5', undefined]);
});

test('an archive of class folders, gzipped', async () => {
  const archive = await tarOf([
    ['./cat/a.png', await png(1, 2)],
    ['./dog/b.png', await png(3, 4)],
  ]);
  const { feeds } = await readTar(gzipSync(archive), 'data.tar.gz');
  expect(feeds[0].labels).toEqual(['cat', 'dog']);
});

test('a damaged image in an archive is one failed sample', async () => {
  const archive = await tarOf([
    ['a.png', await png(1, 2)],
    ['b.png', Buffer.from('not an image')],
    ['c.png', await png(3, 4)],
  ]);
  const { feeds, source } = await readTar(archive, 'data.tar', { onError: 'skip' });
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(source.skipped[0].origin).toMatch(/data\.tar, b\.png$/);
});

test('what lies before damage in an archive is sound', async () => {
  const archive = await tarOf([
    ['a.png', await png(1, 2)],
    ['b.png', await png(3, 4)],
    ['c.png', Buffer.alloc(4000, 1)],
  ]);
  const cut = archive.subarray(0, 3000);
  await expect(readTar(cut)).rejects.toThrow(
    /data\.tar: the archive is damaged behind .*data\.tar, b\.png \(Unexpected end of data\): copy or write it again \(--on-error skip/,
  );
  const { feeds, source } = await readTar(cut, 'data.tar', { onError: 'skip' });
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(source.skippedCount).toBe(1);
});

test.each([
  [
    'a truncated archive',
    async () =>
      (
        await tarOf([
          ['a.png', await png(1, 2)],
          ['b.png', Buffer.alloc(4000, 1)],
        ])
      ).subarray(0, 2000),
    /damaged|end/i,
  ],
  ['an archive without images', async () => tarOf([['a.txt', 'hello']]), /holds no images/],
  ['something else', async () => Buffer.alloc(2048, 'x'), /is not a tar archive or is damaged/],
  [
    'a damaged gzip',
    async () => Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(600, 7)]),
    /is not a tar archive or is damaged/,
  ],
])('%s is refused in one sentence', async (_, make, message) => {
  await expect(readTar(await make())).rejects.toThrow(message);
});

test('a zip of class folders, in the order of its names, without what macOS adds', async () => {
  const folder = await temporaryFolder({});
  const path = join(folder, 'images.zip');
  await writeFile(
    path,
    await zipOf([
      ['b/2.png', await png(3, 4)],
      ['a/1.png', await png(1, 2)],
      ['__MACOSX/a/._1.png', Buffer.from('x')],
      ['readme.txt', Buffer.from('x')],
    ]),
  );
  const { feeds, source } = await readAll({ data: [path], image: raw }, [x]);
  expect(source.reader).toBe('zip');
  expect(source.size).toBe(2);
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
  expect(feeds[0].labels).toEqual(['a', 'b']);
  expect(source.preprocessing.ignoredFiles).toBe(1);
});

/** A zip archive of stored entries (APPNOTE.TXT 4.3), checksums left out: what stored entries are read by is their place. */
async function zipOf(files: readonly (readonly [string, Buffer])[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const bytes = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(bytes.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.writeUInt16LE(20, 6);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(bytes.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, bytes, content);
    central.push(entry, bytes);
    offset += 30 + bytes.length + content.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

test('a gzipped archive that ends within an image', async () => {
  const whole = gzipSync(
    await tarOf([['a.png', Buffer.from(Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251))]]),
  );
  await expect(readTar(whole.subarray(0, whole.length / 2), 'data.tar.gz')).rejects.toThrow(
    /data\.tar\.gz is not a tar archive or is damaged \(unexpected end of file\): copy or write it again$/,
  );
});

test('of two images of one key the first counts', async () => {
  const { feeds } = await readTar(
    await tarOf([
      ['0.png', await png(1, 2)],
      ['0.jpg', Buffer.alloc(100_000)],
      ['1.png', await png(3, 4)],
    ]),
  );
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4]);
});
