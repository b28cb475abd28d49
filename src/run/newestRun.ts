import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { RUN_FILE } from './readRun.js';

/**
 * The run that was written last among the `*.delve` directories of `cwd`: what commands take that are given none.
 *
 * @returns the directory, as `cwd` joined with its name.
 * @throws UserError where there is none.
 */
export async function newestRun(cwd: string): Promise<string> {
  let names: string[];
  try {
    names = await readdir(cwd);
  } catch (error) {
    throw new UserError(`cannot look for runs in ${cwd}: ${messageOf(error)}`, { cause: error });
  }
  let newest: { dir: string; written: number } | undefined;
  for (const name of names.sort()) {
    // What begins with a dot is being written, or was left half-written.
    if (!name.endsWith('.delve') || name.startsWith('.')) continue;
    const dir = join(cwd, name);
    const found = await stat(join(dir, RUN_FILE)).catch(() => undefined);
    if (found && (!newest || found.mtimeMs > newest.written)) newest = { dir, written: found.mtimeMs };
  }
  if (!newest) {
    throw new UserError(`there is no *.delve run in ${cwd}: name one, or make one with \`delve analyze\``);
  }
  return newest.dir;
}
