import type { FileHandle } from 'node:fs/promises';
import { messageOf, UserError } from '../../../errors.js';
import { type ByteSource, damaged, fileBytes, streamedBytes } from '../bytes/byteSource.js';

/** Compression methods of the zip format. */
const STORED = 0;
const DEFLATED = 8;

/**
 * The files in a zip archive, by name. What is stored without compression is read in place, by position;
 * what is deflated comes as a stream.
 *
 * @throws UserError where it is no zip archive, damaged, or encrypted.
 */
export async function zipEntries(
  handle: FileHandle,
  archive: string,
): Promise<ReadonlyMap<string, ByteSource>> {
  const { fromFdPromise } = await import('yauzl');
  const found = new Map<string, ByteSource>();
  try {
    const zip = await fromFdPromise(handle.fd, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      const name = `${archive}, ${entry.fileName}`;
      if (entry.isEncrypted()) {
        throw new UserError(`${name} is encrypted: write the archive without a password`);
      }
      const { compressionMethod: method, uncompressedSize: size } = entry;
      if (method === STORED) {
        found.set(entry.fileName, {
          name,
          size,
          seekable: true,
          async open() {
            // Only of entries that are read: of 60,000 it would take seconds.
            const { fileDataStart } = await zip
              .readLocalFileHeaderPromise(entry, { minimal: true })
              .catch((error: unknown) => {
                throw damaged(name, error);
              });
            return fileBytes(handle, name, fileDataStart, size).open();
          },
        });
      } else if (method === DEFLATED) {
        const bytes = streamedBytes(name, size, () => zip.openReadStreamPromise(entry));
        found.set(entry.fileName, bytes);
      } else {
        throw new UserError(
          `${name} is compressed by method ${method}: only stored and deflated are known, write it again with numpy.savez`,
        );
      }
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${archive} is not a zip archive or is damaged (${messageOf(error)}): copy or write it again`,
    );
  }
  return found;
}
