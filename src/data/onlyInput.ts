import { UserError } from '../errors.js';
import type { ModelInput } from '../onnx/modelInput.js';
import { namesListed } from '../text/numbers.js';

/**
 * The one input that a source is to feed.
 *
 * @throws UserError where there are several, since then the user has to say which.
 */
export function onlyInput(source: string, inputs: readonly ModelInput[]): ModelInput {
  const [input, ...others] = inputs;
  if (input !== undefined && others.length === 0) return input;
  const names = namesListed(inputs.map(({ name }) => name));
  throw new UserError(
    `the model has several inputs (${names}) and ${source} can feed only one: pass --data <input>=<source> for each`,
  );
}
