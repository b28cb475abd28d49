import { stat } from 'node:fs/promises';
import { UserError } from '../errors.js';

/**
 * @throws UserError where a path leads to a device, a pipe or a socket: reading one may never end. Where nothing is
 *   there, or a directory, reading itself says so.
 */
export async function requireRegular(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isFile() || found.isDirectory()) return;
  throw new UserError(
    `${path} is a device or a pipe, and only regular files are read: save it as a file first`,
  );
}
