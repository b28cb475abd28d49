import type { Context } from './context.js';
import { shownPath } from './shownPath.js';

/** The runs that a command works on: those named, or the newest of the current directory, said on stderr. */
export async function namedOrNewest(
  runs: readonly string[],
  { stderr, cwd }: Context,
): Promise<readonly string[]> {
  if (runs.length > 0) return runs;
  const { newestRun } = await import('../run/newestRun.js');
  const newest = shownPath(await newestRun(cwd), cwd);
  stderr.write(`taking the newest run here, ${newest}\n`);
  return [newest];
}
