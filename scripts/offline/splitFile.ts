import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that was written, with its SHA-256 in hexadecimal digits. */
export interface Written {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Writes a stream into a file, or into parts of it.
 *
 * @param size of a part, in bytes; absent: one file.
 * @returns the parts in order, and the whole, which is not written where there are parts.
 */
export async function writeParts(
  stream: AsyncIterable<Uint8Array>,
  folder: string,
  name: string,
  size: number = Number.POSITIVE_INFINITY,
): Promise<{ parts: Written[]; whole: Written }> {
  const parts: Written[] = [];
  const all = createHash('sha256');
  let part: { name: string; file: FileHandle; hash: Hash; bytes: number } | undefined;
  const close = async () => {
    if (!part) return;
    await part.file.close();
    parts.push({ name: part.name, sha256: part.hash.digest('hex') });
    part = undefined;
  };
  for await (const chunk of stream) {
    all.update(chunk);
    for (let at = 0; at < chunk.length; ) {
      if (part && part.bytes >= size) await close();
      if (!part) {
        const title = Number.isFinite(size) ? `${name}.part-${String(parts.length).padStart(3, '0')}` : name;
        part = {
          name: title,
          file: await open(join(folder, title), 'wx'),
          hash: createHash('sha256'),
          bytes: 0,
        };
      }
      const piece = chunk.subarray(at, at + Math.min(chunk.length - at, size - part.bytes));
      part.hash.update(piece);
      await part.file.writeFile(piece);
      part.bytes += piece.length;
      at += piece.length;
    }
  }
  await close();
  return { parts, whole: { name, sha256: all.digest('hex') } };
}

/** `60M` in bytes; K, M and G are powers of 1024. */
export function bytesOf(text: string): number {
  const [, digits, unit] = /^(\d+)([KMG]?)B?$/i.exec(text.trim()) ?? [];
  const bytes = Number(digits) * 1024 ** ' KMG'.indexOf(unit?.toUpperCase() || ' ');
  if (digits === undefined || bytes < 1) throw new Error(`--split ${text} is no size: give one such as 60M`);
  return bytes;
}
