import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, UserError } from '../errors.js';
import { requireRegular } from '../files/regularFile.js';
import { excerpt, isRecord } from '../shape/jsonShape.js';
import { repeatedKeys } from '../shape/repeatedKeys.js';
import { type JobConfig, jobConfigOf } from './jobConfig.js';

/** What a job's file may be called, the first one that is there counts. */
export const CONFIG_FILES = [
  'delve.config.json',
  'delve.config.js',
  'delve.config.mjs',
  'delve.config.cjs',
] as const;

/**
 * Reads a job: JSON, a module whose default export it is, or the key `delve` of a `package.json`.
 *
 * @throws UserError that names the file and what is wrong in it.
 */
export async function readConfig(file: string): Promise<JobConfig> {
  const path = resolve(file);
  await requireRegular(path);
  if (/^\.[cm]?js$/.test(extname(path))) {
    try {
      const { default: value } = await import(pathToFileURL(path).href);
      return jobConfigOf(value, file);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`${file} cannot be loaded: ${messageOf(error)}`, { cause: error });
    }
  }
  const text = await textOf(file);
  const value = parsed(text, file);
  if (basename(path) !== 'package.json') {
    refuseRepeated(repeatedKeys(text), file);
    return jobConfigOf(value, file);
  }
  if (isRecord(value) && value.delve !== undefined) return jobIn(value.delve, text, file);
  throw new UserError(`${file} has no key "delve": add it, or name another file`);
}

/**
 * The job nearest to a folder: in it, or in the folder above, and so on.
 *
 * @returns `undefined` where there is none.
 * @throws UserError where there is one, but it is wrong.
 */
export async function findConfig(folder: string): Promise<JobConfig | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of CONFIG_FILES) {
      if (await isThere(join(at, name))) return readConfig(join(at, name));
    }
    const manifest = join(at, 'package.json');
    if (await isThere(manifest)) {
      const { text, value } = await manifestIn(manifest);
      if (isRecord(value) && value.delve !== undefined) return jobIn(value.delve, text, manifest);
    }
    if (dirname(at) === at) return undefined;
  }
}

/** Somebody else's manifest may be damaged; that is not for us to say. */
async function manifestIn(path: string): Promise<{ text: string; value?: unknown }> {
  try {
    const text = await readFile(path, 'utf8');
    return { text, value: JSON.parse(text) };
  } catch {
    return { text: '' };
  }
}

/** The job in a manifest, whose other keys are not for us to judge. */
function jobIn(value: unknown, text: string, file: string): JobConfig {
  refuseRepeated(
    repeatedKeys(text).filter((path) => /^delve(?![^.[])/.test(path)),
    file,
  );
  return jobConfigOf(value, file);
}

function refuseRepeated([key]: readonly string[], file: string): void {
  if (key === undefined) return;
  throw new UserError(
    `${file}: the key ${excerpt(key)} stands there twice, and only one can count: take one out`,
  );
}

async function isThere(path: string): Promise<boolean> {
  await requireRegular(path);
  return readFile(path).then(
    () => true,
    (error: NodeJS.ErrnoException) =>
      error.code !== 'ENOENT' && error.code !== 'EISDIR' && error.code !== 'ENOTDIR',
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the rules in ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function parsed(text: string, file: string): unknown {
  try {
    // Some editors of Windows begin files with a mark.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
