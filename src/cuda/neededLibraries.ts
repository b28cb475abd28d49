import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../errors.js';

/** Type of the section that lists what a library needs. */
const SHT_DYNAMIC = 6;
/** Tag of an entry in it that names a library. */
const DT_NEEDED = 1n;
const SECTION_BYTES = 64;

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that goes with it: for the dynamic section, its names. */
  readonly link: number;
}

/**
 * The shared libraries that an ELF library is linked against, in the order of its file. Read from the file itself:
 * `ldd` and `readelf` are not on every machine, and `ldd` runs what it looks at.
 *
 * @throws UserError where the file is no 64-bit ELF library.
 */
export async function neededLibraries(path: string): Promise<string[]> {
  const file = await open(path);
  try {
    const header = await bytes(file, 0, 64);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) {
      throw new UserError(`${path} is no shared library of 64-bit Linux: install it again`);
    }
    const start = Number(header.readBigUInt64LE(0x28));
    const count = header.readUInt16LE(0x3c);
    const table = await bytes(file, start, count * SECTION_BYTES);
    const sections = Array.from({ length: count }, (_, i) =>
      section(table.subarray(i * SECTION_BYTES, (i + 1) * SECTION_BYTES)),
    );
    const dynamic = sections.find(({ type }) => type === SHT_DYNAMIC);
    if (!dynamic) return [];
    const names = sections[dynamic.link];
    const [entries, text] = [
      await bytes(file, dynamic.offset, dynamic.size),
      await bytes(file, names.offset, names.size),
    ];
    const needed: string[] = [];
    for (let at = 0; at + 16 <= entries.length; at += 16) {
      if (entries.readBigInt64LE(at) !== DT_NEEDED) continue;
      const from = Number(entries.readBigUInt64LE(at + 8));
      needed.push(text.toString('utf8', from, text.indexOf(0, from)));
    }
    return needed;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${path} is damaged: install it again`);
  } finally {
    await file.close();
  }
}

function section(entry: Buffer): Section {
  return {
    type: entry.readUInt32LE(4),
    offset: Number(entry.readBigUInt64LE(0x18)),
    size: Number(entry.readBigUInt64LE(0x20)),
    link: entry.readUInt32LE(0x28),
  };
}

/** @throws RangeError where the file ends before. */
async function bytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (position + length > size) throw new RangeError('the file ends too early');
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, position);
  return buffer;
}
