import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { messageOf, UserError } from '../../../errors.js';

const extensions = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.gif', '.avif']);

/** Whether the name is that of an image which can be decoded. */
export const isImageFile = (name: string): boolean => extensions.has(extname(name).toLowerCase());

/** A file below the folder that was named. */
export interface FoundFile {
  readonly path: string;
  /** Path within the folder, parts joined by `/`. */
  readonly inside: string;
  readonly isImage: boolean;
}

/**
 * The files below a folder, sorted by their path within it, by UTF-16 code unit and so the same everywhere.
 * One folder's listing at a time is held in memory. Hidden files and folders are left out; links are followed,
 * but not back into a folder that is being walked.
 */
export async function* filesBelow(folder: string): AsyncGenerator<FoundFile> {
  yield* walk(folder, '', []);
}

async function* walk(folder: string, inside: string, above: readonly string[]): AsyncGenerator<FoundFile> {
  const { real, entries } = await listing(folder);
  if (above.includes(real)) return;
  for (const { name, isFolder } of entries) {
    const path = join(folder, name);
    const below = inside + name;
    if (isFolder) yield* walk(path, `${below}/`, [...above, real]);
    else yield { path, inside: below, isImage: isImageFile(name) };
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A folder as it is called when all links are resolved, and what it holds. */
async function listing(folder: string): Promise<{ real: string; entries: Entry[] }> {
  try {
    const found: Entry[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const link = entry.isSymbolicLink()
        ? await stat(join(folder, entry.name)).catch(() => undefined)
        : entry;
      if (link?.isDirectory()) found.push({ name: entry.name, isFolder: true });
      else if (link?.isFile()) found.push({ name: entry.name, isFolder: false });
    }
    // A folder sorts as the beginning of the paths below it: with its slash.
    const key = ({ name, isFolder }: Entry) => (isFolder ? `${name}/` : name);
    return { real: await realpath(folder), entries: found.sort((a, b) => (key(a) < key(b) ? -1 : 1)) };
  } catch (error) {
    throw new UserError(`${folder} cannot be read (${messageOf(error)}): check its permissions`);
  }
}
