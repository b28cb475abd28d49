import { UserError } from '../errors.js';
import { nonFiniteSentence } from './nonFinite.js';
import type { Run } from './schema.js';

/**
 * Makes sure that a run says something: in at least one layer neither NaN nor Inf came up.
 *
 * @param out where the run was written, for the message.
 * @throws UserError where all layers are invalid.
 */
export function requireMeasured({ layers, nonFinite }: Run, out: string): void {
  const [first] = layers;
  if (!first?.invalid || !layers.every(({ invalid }) => invalid)) return;
  const { reason, batch } = first.invalid;
  // Where finite values overflow, the reason names the way out itself.
  const search = nonFinite
    ? `; ${nonFiniteSentence(nonFinite)}`
    : reason.startsWith('NaN')
      ? '; look for NaN and Inf in the data, its preprocessing and the weights'
      : '';
  throw new UserError(
    `no layer could be measured: in ${first.name}, ${reason} in batch ${batch}${search} (the run is kept in ${out})`,
  );
}
