import { type FileHandle, open } from 'node:fs/promises';
import { messageOf, UserError } from '../../../errors.js';
import { requireRegular } from '../../../files/regularFile.js';

/** Opens a file for positional reads. @throws UserError where that is not allowed, or it is a folder. */
export async function openFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  let handle: FileHandle | undefined;
  try {
    await requireRegular(path);
    handle = await open(path, 'r');
    const found = await handle.stat();
    if (!found.isFile()) throw new UserError(`${path} is a folder: pass a file, or another --reader`);
    return { handle, size: found.size };
  } catch (error) {
    await handle?.close();
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read (${messageOf(error)}): check its permissions`);
  }
}
