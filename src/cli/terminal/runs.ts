import { shownPath } from '../../files/shownPath.js';
import type { Context } from './context.js';

/**
 * The runs that a command works on: those named, or the newest of the current directory, said on stderr.
 *
 * @param other a run that is not meant, as the newest is compared with it.
 */
export async function namedOrNewest(
  runs: readonly string[],
  { stderr, cwd }: Context,
  other?: string,
): Promise<readonly string[]> {
  if (runs.length > 0) return runs;
  const [{ newestRun }, { isSamePath }] = await Promise.all([
    import('../../run/files/newestRun.js'),
    import('../../files/samePath.js'),
  ]);
  const isOther = (dir: string) => other !== undefined && isSamePath(dir, other);
  const newest = shownPath(await newestRun(cwd, isOther), cwd);
  stderr.write(`taking the newest run here, ${newest}\n`);
  return [newest];
}
