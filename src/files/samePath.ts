import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Whether two paths lead to one place, through links as well. */
export async function isSamePath(first: string, second: string): Promise<boolean> {
  const [from, to] = await Promise.all([first, second].map(realPlace));
  return from === to;
}

/** Where a path leads, through links; of what is not there yet, the folders above it are followed. */
export async function realPlace(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch {
    const above = dirname(full);
    return above === full ? full : join(await realPlace(above), basename(full));
  }
}
