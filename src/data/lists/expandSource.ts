import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { filesBelow } from '../readers/images/imageFiles.js';
import { expandBraces } from './expandBraces.js';

/** More files in one list are a mistake, or a data set that should lie in archives. */
const MOST_FILES = 10_000_000;

/**
 * The files that a source stands for: `@list.txt` (a path a line), `-` (the same from standard input), braces
 * (`data-{000..099}.tar`, `{a,b}.npy`), globs (`*`, `?`, `[…]`, `**`; in the order of their names).
 *
 * @returns `undefined` where the source is one by itself: it exists as it is written, or has none of these.
 * @throws UserError where a list cannot be read or is empty, and where a pattern matches nothing.
 */
export async function expandSource(source: string): Promise<string[] | undefined> {
  if (source === '-') return listed(await standardInput(), 'standard input');
  if (await exists(source)) return undefined;
  if (source.startsWith('@')) {
    const path = source.slice(1);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new UserError(`the list ${path} cannot be read (${messageOf(error)}): pass --data @<file>`);
    });
    return listed(text, path);
  }
  if (!/[*?[{]/.test(source) || source.startsWith('random:')) return undefined;
  const files: string[] = [];
  for (const pattern of expandBraces(source)) {
    if (!hasMagic(pattern)) {
      files.push(pattern);
      continue;
    }
    const before = files.length;
    const isAbsolute = pattern.startsWith('/');
    const segments = pattern.split('/').filter((segment) => segment !== '');
    for await (const file of matching(isAbsolute ? '/' : '', segments)) files.push(file);
    if (files.length === before) {
      throw new UserError(`${pattern} matches no file: check the pattern (on the command line, in quotes)`);
    }
  }
  return files;
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

const hasMagic = (segment: string): boolean => /[*?[]/.test(segment);

async function standardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UserError(
      '--data - reads a list of files from standard input: pipe one in, as in find . -name "*.png" | delve …',
    );
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function listed(text: string, from: string): string[] {
  if (text.includes('\0')) throw new UserError(`${from} is not a list of files: write one path a line`);
  const files = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (files.length === 0) throw new UserError(`${from} names no file: write one path a line`);
  if (files.length > MOST_FILES) throw new UserError(`${from} names more than ${MOST_FILES} files: split it`);
  return files;
}

async function* matching(folder: string, [segment, ...rest]: readonly string[]): AsyncGenerator<string> {
  if (segment === undefined) return;
  if (!hasMagic(segment)) {
    const path = join(folder, segment);
    if (rest.length > 0) yield* matching(path, rest);
    else if (await exists(path)) yield path;
    return;
  }
  const { default: picomatch } = await import('picomatch');
  const within = folder === '' ? '.' : folder;
  if (segment === '**') {
    const matches = picomatch(['**', ...rest].join('/'));
    if (!(await stat(within).catch(() => undefined))?.isDirectory()) return;
    for await (const { path, inside } of filesBelow(within)) if (matches(inside)) yield path;
    return;
  }
  // A shell's `[!a]`, which picomatch knows as `[^a]` only.
  const matches = picomatch(segment.replaceAll('[!', '[^'));
  const entries = await readdir(within, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!matches(entry.name)) continue;
    const path = join(folder, entry.name);
    if (rest.length === 0) yield path;
    else yield* matching(path, rest);
  }
}
