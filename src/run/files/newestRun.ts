import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { RUN_FILE } from './readRun.js';

/**
 * The run that was written last among the `*.delve` directories of `cwd`: what commands take that are given none.
 *
 * @param isOther tells runs that are something else, such as the baseline that the newest is held against.
 * @returns the directory, as `cwd` joined with its name.
 * @throws UserError where there is none.
 */
export async function newestRun(
  cwd: string,
  isOther: (dir: string) => boolean | Promise<boolean> = () => false,
): Promise<string> {
  let names: string[];
  try {
    names = await readdir(cwd);
  } catch (error) {
    throw new UserError(`cannot look for runs in ${cwd}: ${messageOf(error)}`, { cause: error });
  }
  let others = 0;
  let newest: { dir: string; written: number } | undefined;
  for (const name of names.sort()) {
    // What begins with a dot is being written, or was left half-written.
    if (!name.endsWith('.delve') || name.startsWith('.')) continue;
    const dir = join(cwd, name);
    const found = await stat(join(dir, RUN_FILE)).catch(() => undefined);
    if (!found) continue;
    if (await isOther(dir)) others++;
    else if (!newest || found.mtimeMs > newest.written) newest = { dir, written: found.mtimeMs };
  }
  if (!newest) {
    const but = others > 0 ? ' but the one that it would be held against' : '';
    throw new UserError(
      `there is no *.delve run in ${cwd}${but}: name one, or make one with \`delve analyze\``,
    );
  }
  return newest.dir;
}

/** Whether a run was written there. */
export async function isRun(dir: string): Promise<boolean> {
  return stat(join(dir, RUN_FILE)).then(
    () => true,
    () => false,
  );
}
