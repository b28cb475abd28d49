import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf, UserError } from '../errors.js';
import { type IndexedFile, request } from './packageIndex.js';

/**
 * Downloads a file of an index, and checks it against the index's SHA-256.
 *
 * @param to is written even where this fails: a place that is removed afterwards.
 * @param onBytes is told how many bytes have come, and how many there are where the index says so.
 * @throws UserError where the download breaks off or is not the file that the index lists.
 */
export async function download(
  { url, name, sha256 }: IndexedFile,
  to: string,
  onBytes: (bytes: number, total: number | undefined) => void = () => {},
): Promise<void> {
  if (sha256 === undefined) {
    throw new UserError(`the index gives no SHA-256 for ${name}: fetch it yourself and give it with --wheel`);
  }
  const response = await request(url);
  if (!response.ok || !response.body)
    throw new UserError(`${name} is listed by the index, but not there: try again`);
  const total = Number(response.headers.get('content-length')) || undefined;
  const hash = createHash('sha256');
  const file = await open(to, 'w');
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      hash.update(chunk);
      await file.writeFile(chunk);
      bytes += chunk.length;
      onBytes(bytes, total);
    }
  } catch (error) {
    throw new UserError(
      `the download of ${name} broke off after ${bytes} bytes (${messageOf(error)}): try again`,
    );
  } finally {
    await file.close();
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new UserError(
    `${name} is not what the index lists (SHA-256 ${found} instead of ${sha256}): try again, and do not use the file`,
  );
}

/** Of a file on the disk, in hexadecimal digits. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
