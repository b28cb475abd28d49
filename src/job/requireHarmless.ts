import { stat } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { harmDone, type Reads } from '../run/files/harm.js';

/**
 * Makes sure, before anything is written, that what `--output` names costs no run, model or data.
 *
 * @throws UserError that names what would be lost.
 */
export async function requireHarmless(paths: readonly string[], reads: Reads): Promise<void> {
  for (const path of paths) {
    const harmed = (await harmDone(path, reads)) ?? (await modelAt(path));
    if (harmed === undefined) continue;
    throw new UserError(`--output ${path} would be written over ${harmed}: name another place`);
  }
}

/** No report is an ONNX model, so that the one standing there is somebody's. */
async function modelAt(path: string): Promise<string | undefined> {
  if (!/\.onnx$/i.test(path)) return undefined;
  const isFile = (await stat(path).catch(() => undefined))?.isFile() ?? false;
  return isFile ? 'a model' : undefined;
}
