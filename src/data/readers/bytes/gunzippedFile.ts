import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type ByteSource, fileBytes, streamedBytes } from './byteSource.js';
import { openFile } from './openFile.js';

/** A source with a file behind it, to be closed by its owner. */
export interface FileBytes extends ByteSource {
  close(): Promise<void>;
}

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** What ends a gzip file: a checksum and the size of what was compressed, modulo 2³² (RFC 1952, section 2.3.1). */
const TRAILER_BYTES = 8;

/**
 * The bytes of a file, or those that it was gzipped from: then they come as a stream, of at most 4 GiB.
 *
 * @throws UserError where the file cannot be read.
 */
export async function gunzippedFile(path: string): Promise<FileBytes> {
  const { handle, size } = await openFile(path);
  const plain = fileBytes(handle, path, 0, size);
  const reader = await plain.open();
  const head = new Uint8Array(Math.min(2, size));
  await reader.read(0, head);
  if (!isGzip(head) || size < TRAILER_BYTES) return { ...plain, close: () => handle.close() };
  const trailer = Buffer.alloc(TRAILER_BYTES);
  await reader.read(size - TRAILER_BYTES, trailer);
  await handle.close();
  const unpacked = streamedBytes(path, trailer.readUInt32LE(4), async () => {
    const gunzip = createGunzip();
    // An error of the file reaches whoever reads the stream.
    pipeline(createReadStream(path), gunzip, () => {});
    return gunzip;
  });
  return { ...unpacked, close: async () => {} };
}
