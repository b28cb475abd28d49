import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';

/** The content of a file and its SHA-256, hexadecimal. */
export interface HashedFile {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** Bytes read at a time: enough to hide the way to the file system's thread, little enough for the cache. */
const PIECE = 2 ** 21;

/**
 * Reads a file whole. Hashing takes as long as reading, so each piece is hashed while the next one is read.
 *
 * @param largest bytes; a larger file is refused before anything is read.
 * @throws as `readFile` of Node does; `ERR_FS_FILE_TOO_LARGE` above `largest`.
 */
export async function readHashed(path: string, largest: number): Promise<HashedFile> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const found = await file.stat();
    // A pipe does not know its size.
    if (!found.isFile() || found.size === 0) {
      const bytes = await readFile(file);
      return { bytes, sha256: hash.update(bytes).digest('hex') };
    }
    if (found.size > largest) {
      throw Object.assign(new Error(`${found.size} bytes`), { code: 'ERR_FS_FILE_TOO_LARGE' });
    }
    // Of its own, and not cut from Node's pool: views of a model live long.
    const bytes = Buffer.allocUnsafeSlow(found.size);
    const read = (from: number) => file.read(bytes, from, Math.min(PIECE, bytes.length - from), from);
    let length = 0;
    let next = read(0);
    for (;;) {
      const { bytesRead } = await next;
      if (bytesRead === 0) break;
      const start = length;
      length += bytesRead;
      next = read(length);
      hash.update(bytes.subarray(start, length));
    }
    return { bytes: bytes.subarray(0, length), sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
