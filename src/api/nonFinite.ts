import { findNonFinite } from '../engine/nonFinite.js';
import type { Observation } from '../engine/observe.js';
import { UserError } from '../errors.js';
import type { Layer } from '../layers/layer.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { type RunNonFinite, storedNonFinite } from '../run/nonFinite.js';

/**
 * Where NaN or Inf came from in a pass; `undefined` where none came up, or it does not come up again on the CPU.
 *
 * What is known stands without it, so a model that cannot be run with its counts is no reason to fail.
 */
export async function originOfNonFinite(
  model: ModelFile,
  layers: readonly Layer[],
  { offending }: Observation,
  fixedBatch: number | undefined,
): Promise<RunNonFinite | undefined> {
  if (!offending) return undefined;
  try {
    const found = await findNonFinite(model, layers, offending.feed, fixedBatch);
    return found && storedNonFinite(found, offending.number);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * @param mixer what makes the samples of a batch depend on each other, where something does.
 * @throws UserError where samples cannot be left out.
 */
export function requireSkippable(
  { embedding }: { readonly embedding?: boolean },
  mixer: string | undefined,
): void {
  if (embedding) {
    throw new UserError(
      '--embedding shows all samples: use it without --on-nonfinite skip, or leave the samples out of the data',
    );
  }
  if (mixer !== undefined) {
    throw new UserError(
      `the model's ${mixer} makes each sample's numbers depend on the others of its batch: --on-nonfinite skip cannot tell which one is at fault; leave them out of the data`,
    );
  }
}
