import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { harmDone, type Reads } from '../run/files/harm.js';

/**
 * Where a model is to be written, its folder resolved; refused before any work where nothing can be written there, or
 * something would be lost.
 *
 * @param output as the user named it.
 * @param model the file that is read.
 * @throws UserError that says why not.
 */
export async function modelTarget(output: string, model: string, reads: Reads): Promise<string> {
  const folder = await realpath(dirname(resolve(output))).catch(() => undefined);
  if (folder === undefined) {
    throw new UserError(`--output ${output}: there is no folder ${dirname(output)}; make it first`);
  }
  const path = join(folder, basename(resolve(output)));
  const [there, given] = await Promise.all([
    stat(path).catch(() => undefined),
    stat(model).catch(() => undefined),
  ]);
  if (there?.isDirectory()) throw new UserError(`--output ${output} is a directory: name a file in it`);
  if (there && given && there.dev === given.dev && there.ino === given.ino) {
    throw new UserError(`--output ${output} is the model itself: name another file`);
  }
  const harmed = await harmDone(output, reads);
  if (harmed !== undefined) {
    throw new UserError(`--output ${output} would be written over ${harmed}: name another file`);
  }
  return path;
}
