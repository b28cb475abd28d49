import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import type { KeptMoments } from '../../stats/packedMoments.js';
import type { Run } from '../schema.js';
import { EMBEDDING_FILE, type Embedding, writeEmbedding } from './embeddingFile.js';
import { formatRun } from './formatRun.js';
import { MOMENTS_FILE, writeMoments } from './momentsFile.js';
import { RUN_FILE, readRun } from './readRun.js';

/** What can be kept of a run beside its numbers. */
export interface RunFiles {
  /** By layer name: `moments.safetensors`. */
  readonly moments?: ReadonlyMap<string, KeptMoments>;
  /** `embedding.csv`. */
  readonly embedding?: Embedding;
}

/** What may stand in a run's directory and go when the run is replaced: its files, and what file managers leave. */
const REPLACEABLE = new Set([
  RUN_FILE,
  MOMENTS_FILE,
  EMBEDDING_FILE,
  '.DS_Store',
  'Thumbs.db',
  'desktop.ini',
]);

/**
 * Makes sure, before hours of work, that a run can be written to `dir`: nothing stands there, or an empty
 * directory, or a run and nothing else.
 *
 * @throws UserError that names what stands in the way.
 */
export async function checkTarget(dir: string): Promise<void> {
  await targetOf(dir);
}

/**
 * Writes a run as a directory, atomically: whatever happens on the way, the directory is whole or is what it was
 * before. A run that stands there is replaced.
 *
 * @throws UserError where something else stands there, or the file system refuses.
 */
export async function writeRun(dir: string, run: Run, { moments, embedding }: RunFiles = {}): Promise<void> {
  const target = await targetOf(dir);
  const parent = dirname(target.path);
  const temporary = sibling(target.path);
  try {
    await mkdir(parent, { recursive: true });
    await mkdir(temporary);
    await writeFile(join(temporary, RUN_FILE), (file) => file.writeFile(formatRun(run)));
    if (moments) await writeFile(join(temporary, MOMENTS_FILE), (file) => writeMoments(file, moments));
    if (embedding)
      await writeFile(join(temporary, EMBEDDING_FILE), (file) => writeEmbedding(file, embedding));
    await syncDirectory(temporary);
    if (target.exists) await replace(target.path, temporary);
    else await rename(temporary, target.path);
    await syncDirectory(parent);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw fileSystemError(error, `cannot write the run to ${dir}`);
  }
}

/** No system call replaces a directory that is not empty: the old one steps aside, and back if the new one cannot take its place. */
async function replace(path: string, temporary: string): Promise<void> {
  const aside = sibling(path);
  await rename(path, aside);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  // The new run stands: that the old one cannot be cleared away is no reason to call that a failure.
  await rm(aside, { recursive: true, force: true }).catch(() => {});
}

interface Target {
  readonly path: string;
  readonly exists: boolean;
}

async function targetOf(dir: string): Promise<Target> {
  try {
    const found = await lstat(dir).catch(unlessMissing);
    if (!found) {
      const path = resolve(dir);
      await requireWritableAncestor(path);
      return { path, exists: false };
    }
    // A link stays a link: the directory that it leads to is what is replaced.
    const path = await realpath(dir);
    if (!(await stat(path)).isDirectory()) {
      throw new UserError(`${dir} is a file, not a run: move it away or name another directory with --out`);
    }
    await requireReplaceable(path, dir);
    await access(dirname(path), constants.W_OK);
    return { path, exists: true };
  } catch (error) {
    throw fileSystemError(error, `no run can be written to ${dir}`);
  }
}

async function requireReplaceable(path: string, dir: string): Promise<void> {
  const names = await readdir(path);
  if (names.length === 0) return;
  const way = 'move it away or name another directory with --out';
  if (!names.includes(RUN_FILE)) {
    throw new UserError(`${dir} is a directory that is not empty and holds no ${RUN_FILE}: ${way}`);
  }
  const stray = names.find((name) => !REPLACEABLE.has(name));
  if (stray !== undefined) {
    throw new UserError(`${dir} holds ${stray} beside a run, which replacing it would delete: ${way}`);
  }
  try {
    await readRun(path);
  } catch (error) {
    throw new UserError(`${dir} holds no run that could be replaced (${messageOf(error)}): ${way}`, {
      cause: error,
    });
  }
}

/** The nearest folder above that exists takes the new ones. */
async function requireWritableAncestor(path: string): Promise<void> {
  const parent = dirname(path);
  const found = await stat(parent).catch(unlessMissing);
  if (!found && parent !== path) return requireWritableAncestor(parent);
  if (found && !found.isDirectory()) {
    throw new UserError(
      `${parent} is a file, so no run can be written into it: name another directory with --out`,
    );
  }
  await access(parent, constants.W_OK);
}

/** Below a file there is nothing, either. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
    return undefined;
  }
  throw error;
}

/** A name that no command looks at, on the same file system as `path`. */
function sibling(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

async function writeFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames and new files last through a power cut; not every system lets a directory be opened for that. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

/** What the file system refuses, the user can fix; anything else is passed on as it is. */
function fileSystemError(error: unknown, failed: string): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('syscall' in error)) return error;
  return new UserError(`${failed}: ${error.message}`, { cause: error });
}
