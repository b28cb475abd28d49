import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { isModule } from '../../files/ownModule.js';
import type { Reader, SourceEntry } from '../reader.js';
import { placeIn } from '../readers/hdf5/place.js';
import { ownReader } from '../readers/own/ownReader.js';
import { readers } from './registry.js';

const HEAD_BYTES = 16;

/**
 * The reader for a source: the module or the one called `forced`, else the first that recognises what stands there.
 *
 * @throws UserError where nothing stands there, nobody recognises it, or no reader is called so.
 */
export async function detectReader(source: string, forced?: string): Promise<Reader> {
  if (forced !== undefined && isModule(forced)) return ownReader(forced);
  const entry = await inspect(source);
  const asked = forced === undefined ? undefined : readerCalled(forced);
  // Only generated data stands nowhere.
  if (entry.kind === 'absent' && !(asked ? asked.name === 'random' : source.startsWith('random:'))) {
    throw new UserError(`${source} does not exist: pass an existing file or folder, or random:<n>`);
  }
  if (asked) return asked;
  for (const reader of readers) if (await reader.detect(entry)) return reader;
  const known = readers.map(({ name, takes }) => `${takes} [${name}]`).join(', ');
  throw new UserError(
    `${source} is not a recognised kind of source: pass ${known}, or force a reader with --reader <name>`,
  );
}

function readerCalled(name: string): Reader {
  const reader = readers.find((candidate) => candidate.name === name);
  if (reader) return reader;
  throw new UserError(
    `no reader is called ${name}: --reader takes ${readers.map((candidate) => candidate.name).join(', ')}, or a module of yours (./my-reader.mjs)`,
  );
}

async function inspect(source: string): Promise<SourceEntry> {
  const extension = extname(source).toLowerCase();
  const none = new Uint8Array(0);
  const whole = await stat(source).catch(() => undefined);
  const path = whole ? source : placeIn(source).file;
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { source, kind: 'directory', extension, head: none };
    // Reading from a pipe or a device would take bytes away, or wait for ever.
    if (!found.isFile()) throw new UserError(`${source} is neither a file nor a folder: pass one of these`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { source, kind: 'absent', extension, head: none };
    throw unreadable(source, error);
  }
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return { source, kind: 'file', extension, head: buffer.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(source, error);
  }
}

const unreadable = (source: string, error: unknown): UserError =>
  new UserError(`${source} cannot be read (${messageOf(error)}): check its permissions`);
