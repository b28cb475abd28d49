import { open } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { zipEntries } from '../../../../src/data/readers/archives/zipEntries.js';
import { zipOf } from '../../../support/zip.js';
import { input, readAll } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function entriesOf(bytes: Uint8Array) {
  const path = `${await temporaryFolder({ 'a.zip': bytes })}/a.zip`;
  const handle = await open(path);
  onTestFinished(() => handle.close());
  return zipEntries(handle, 'a.zip');
}

const hello = Buffer.from('hello, hello, hello');
/** An archive of one file, with a flag or a method (APPNOTE.TXT 4.4.4, 4.4.5) in both of its headers. */
function changed(at: 'flags' | 'method', value: number): Buffer {
  const bytes = zipOf({ x: hello });
  const central = bytes.indexOf('PK\x01\x02');
  bytes.writeUInt16LE(value, at === 'flags' ? 6 : 8);
  bytes.writeUInt16LE(value, central + (at === 'flags' ? 8 : 10));
  // What is encrypted begins with 12 bytes more.
  if (at === 'flags') bytes.writeUInt32LE(hello.length + 12, central + 20);
  return bytes;
}

/** An archive of one file that is deflated. */
function deflated(): Buffer {
  const packed = deflateRawSync(hello);
  const bytes = zipOf({ x: packed });
  const central = bytes.indexOf('PK\x01\x02');
  for (const [start, shift] of [
    [0, 0],
    [central, 2],
  ]) {
    bytes.writeUInt16LE(8, start + 8 + shift);
    bytes.writeUInt32LE(crc32(hello), start + 14 + shift);
    bytes.writeUInt32LE(hello.length, start + 22 + shift);
  }
  return bytes;
}

describe('the files of a zip archive', () => {
  test('are found by name, without folders, and read', async () => {
    const entries = await entriesOf(zipOf({ 'b/': Buffer.alloc(0), 'b/x.txt': hello, a: Buffer.of(1, 2) }));
    expect([...entries.keys()]).toEqual(['b/x.txt', 'a']);
    const entry = entries.get('b/x.txt');
    expect(entry).toMatchObject({ name: 'a.zip, b/x.txt', size: hello.length, seekable: true });
    const reader = await entry?.open();
    const target = Buffer.alloc(5);
    await reader?.read(7, target);
    expect(target.toString()).toBe('hello');
    // Stored bytes are read in any order.
    await reader?.read(2, target);
    expect(target.toString()).toBe('llo, ');
  });

  test('come as a stream where they are deflated', async () => {
    const entry = (await entriesOf(deflated())).get('x');
    expect(entry).toMatchObject({ size: hello.length, seekable: false });
    const reader = await entry?.open();
    const target = Buffer.alloc(12);
    await reader?.read(7, target);
    expect(target.toString()).toBe('hello, hello');
    await reader?.close();
  });

  test('that nobody can read are refused', async () => {
    await expect(entriesOf(changed('flags', 1))).rejects.toThrow(
      'a.zip, x is encrypted: write the archive without a password',
    );
    await expect(entriesOf(changed('method', 12))).rejects.toThrow(
      'a.zip, x is compressed by method 12: only stored and deflated are known',
    );
    await expect(entriesOf(hello)).rejects.toThrow('a.zip is not a zip archive or is damaged (');
  });
});

test('a zip archive without images says what it holds', async () => {
  const folder = await temporaryFolder({
    'text.zip': zipOf({ 'a.txt': hello, '.hidden.png': hello, 'b/._c.png': hello, 'd.csv': hello }),
    'arrays.zip': zipOf({ 'x.npy': hello }),
  });
  const x = [input('x', 'float32', ['n', 1, 1, 1])];
  await expect(readAll({ data: [`${folder}/text.zip`] }, x)).rejects.toThrow(
    /text\.zip holds no images \(2 other files\)/,
  );
  await expect(readAll({ data: [`${folder}/arrays.zip`] }, x)).rejects.toThrow(
    /arrays\.zip holds NumPy arrays, not images: pass --reader npz/,
  );
});
