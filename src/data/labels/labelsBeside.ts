import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { labelsFrom } from './labelsFile.js';

/** What lies beside an array of samples. */
export interface LabelsBeside {
  readonly classes?: readonly string[];
  /** For people. */
  readonly notices: readonly string[];
}

/**
 * The classes in `labels.npy`, or `<name>_labels.npy`, beside `<name>.npy`. A file that nobody named is not taken
 * where it holds another number of labels.
 *
 * @throws UserError where it is damaged or holds no labels.
 */
export async function labelsBeside(source: string, samples: number): Promise<LabelsBeside> {
  const name = basename(source, extname(source));
  for (const file of [`${name}_labels.npy`, 'labels.npy']) {
    const path = join(dirname(source), file);
    if (file === basename(source) || !(await stat(path).catch(() => undefined))?.isFile()) continue;
    const classes = await labelsFrom(path, undefined);
    if (classes.length === samples) return { classes, notices: [`labels are taken from ${path}`] };
    const notice = `${path} holds ${classes.length} labels for ${samples} samples and is left out`;
    return { notices: [notice] };
  }
  return { notices: [] };
}
