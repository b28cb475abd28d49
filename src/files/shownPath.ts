import { isAbsolute, relative } from 'node:path';

/** A path as one would type it: relative where it lies below the current directory. */
export function shownPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === '' || below.startsWith('..') || isAbsolute(below) ? path : below;
}
