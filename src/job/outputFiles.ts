import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, UserError } from '../errors.js';

/** A file to be written, by its path. */
export interface OutputFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Whether a path means a folder: it is one, or it ends as one. */
export async function isFolder(path: string): Promise<boolean> {
  if (/[/\\]$/.test(path)) return true;
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The text of a file; `undefined` where there is none. */
export async function textIn(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UserError(`cannot read ${path}, to append to it: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Writes files, each beside its place first: what stood there stays whole until the new one is.
 *
 * @throws UserError where one cannot be written; those before it stand.
 */
export async function writeOutputs(
  files: readonly OutputFile[],
  { makeFolders }: { readonly makeFolders: boolean },
): Promise<void> {
  for (const { path, content } of files) {
    const temporary = join(dirname(path), `.delve-${process.pid}-${Date.now()}.tmp`);
    try {
      if (makeFolders) await mkdir(dirname(path), { recursive: true });
      // Not a file that could be put aside: /dev/stdout, a named pipe.
      const special = await stat(path).then(
        (found) => !found.isFile() && !found.isDirectory(),
        () => false,
      );
      if (special) {
        await writeFile(path, content);
        continue;
      }
      await writeFile(temporary, content);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw new UserError(`--output ${path} cannot be written (${messageOf(error)}): check the folder`, {
        cause: error,
      });
    }
  }
}
