import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Whether two paths lead to one place, through links as well. */
export async function isSamePath(first: string, second: string): Promise<boolean> {
  const [from, to] = await Promise.all(
    [first, second].map((path) => realpath(path).catch(() => resolve(path))),
  );
  return from === to;
}
