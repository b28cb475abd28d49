import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { readOutline } from './outline.js';

/** The content of a file and its SHA-256, hexadecimal. */
export interface HashedFile {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** Bytes read at a time: enough to hide the way to the file system's thread, little enough for the cache. */
const PIECE = 2 ** 20;

/**
 * Reads a file whole. Hashing takes as long as reading, so each piece is hashed while the next one is read.
 *
 * @param largest bytes; a larger file is refused before anything is read.
 * @param outline of an ONNX file above one piece, everything is hashed, but large weights are not kept (`readOutline`).
 * @throws as `readFile` of Node does; `ERR_FS_FILE_TOO_LARGE` above `largest`.
 */
export async function readHashed(path: string, largest: number, outline = false): Promise<HashedFile> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const found = await file.stat();
    // A pipe does not know its size.
    if (!found.isFile() || found.size === 0) {
      const bytes = await readFile(file);
      return { bytes, sha256: hash.update(bytes).digest('hex') };
    }
    const { size } = found;
    if (size > largest) {
      throw Object.assign(new Error(`${size} bytes`), { code: 'ERR_FS_FILE_TOO_LARGE' });
    }
    if (outline && size > PIECE) {
      // Half of what reading takes is the system handing out memory that was never used; two pieces will do.
      const pieces = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)];
      const length = await hashPieces(file, hash, (from) => pieces[(from / PIECE) % 2]);
      return { bytes: readOutline(file.fd, length), sha256: hash.digest('hex') };
    }
    // Of its own, and not cut from Node's pool: views of a model live long.
    const bytes = Buffer.allocUnsafeSlow(size);
    const length = await hashPieces(file, hash, (from) => bytes.subarray(from, from + PIECE));
    return { bytes: bytes.subarray(0, length), sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/**
 * Reads and hashes a file.
 *
 * @param target where the bytes from a position, a multiple of `PIECE`, go; it is used again only two pieces later.
 * @returns bytes in the file.
 */
async function hashPieces(
  file: FileHandle,
  hash: Hash,
  target: (from: number) => Uint8Array,
): Promise<number> {
  let from = 0;
  let next = fill(file, target(0), 0);
  for (;;) {
    const piece = await next;
    if (piece.length < PIECE) {
      hash.update(piece);
      return from + piece.length;
    }
    from += PIECE;
    next = fill(file, target(from), from);
    hash.update(piece);
  }
}

/** Reads until the target is full or the file ends, and gives what was filled. */
async function fill(file: FileHandle, target: Uint8Array, from: number): Promise<Uint8Array> {
  let length = 0;
  while (length < target.length) {
    const { bytesRead } = await file.read(target, length, target.length - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return target.subarray(0, length);
}
