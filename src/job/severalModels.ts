import { expandSource } from '../data/lists/expandSource.js';
import { UserError } from '../errors.js';
import type { JobConfig } from './jobConfig.js';

/**
 * The models of a job that names several, by a list or a glob such as `checkpoints/*.onnx`.
 *
 * @returns `undefined` where the job names one, or none.
 * @throws UserError where a glob matches no file.
 */
export async function severalModels({
  file,
  model,
}: Pick<JobConfig, 'file' | 'model'>): Promise<readonly string[] | undefined> {
  if (model === undefined) return undefined;
  const patterns = typeof model === 'string' ? [model] : model;
  const found: string[] = [];
  let isSeveral = typeof model !== 'string';
  for (const pattern of patterns) {
    const files = await expandSource(pattern).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${file}: model: ${error.message}`, { cause: error });
    });
    isSeveral ||= files !== undefined;
    found.push(...(files ?? [pattern]));
  }
  return isSeveral ? found : undefined;
}
