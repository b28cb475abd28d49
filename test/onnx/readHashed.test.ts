import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readHashed } from '../../src/onnx/readHashed.js';
import { folderWith } from '../support/folder.js';

const PIECE = 2 ** 20;

it.each([0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5])('reads and hashes %d bytes', async (length) => {
  const content = Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 251);
  const path = join(await folderWith({ file: content }), 'file');
  const { bytes, sha256 } = await readHashed(path, length);
  expect(Buffer.compare(bytes, content)).toBe(0);
  expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
});

it('refuses what is larger than asked for, as Node does', async () => {
  const path = join(await folderWith({ file: 'abc' }), 'file');
  await expect(readHashed(path, 2)).rejects.toMatchObject({ code: 'ERR_FS_FILE_TOO_LARGE' });
});
