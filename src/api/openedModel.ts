import { withConstantInputs } from '../instrument/constantInputs.js';
import { type FedBackInput, fedBackInputs } from '../instrument/fedBack.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { readModelFile } from '../onnx/modelFile.js';
import { type ModelInput, modelInputs } from '../onnx/modelInput.js';

/** Inputs that hold one number, and sizes that the model leaves open, by input. */
export interface InputOptions {
  /** Inputs that hold one number everywhere, by name or glob: `{ sr: 16000, state: 0 }`. They need no data. */
  readonly inputs?: Readonly<Record<string, number>>;
  /**
   * Inputs that outputs of the batch before feed, by name or glob: `{ h: 'hn', 'past_key_values.*': 'present.*' }`. They are
   * zero where a sequence begins: a file of sound, or of a list, a folder of images; all other data is one sequence.
   */
  readonly state?: Readonly<Record<string, string>>;
  /** What the model leaves open, without the batch axis, by input. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

interface OpenedModel<Options> {
  readonly model: ModelFile;
  /** Inputs that outputs feed. */
  readonly fedBack: readonly FedBackInput[];
  /** Inputs that samples feed. */
  readonly inputs: readonly ModelInput[];
  readonly options: Options;
}

/**
 * Reads a model whose constant inputs are filled.
 *
 * @returns the options with what is left to say about inputs that are fed.
 * @throws UserError as `readModelFile`, `fedBackInputs` and `withConstantInputs`.
 */
export async function openedModel<Options extends InputOptions & { readonly model: string }>(
  options: Options,
): Promise<OpenedModel<Options>> {
  const file = await readModelFile(options.model);
  const { fedBack, shapes: others } = fedBackInputs(file, options.state ?? {}, options.shapes);
  const { model, shapes } = withConstantInputs(file, options.inputs ?? {}, others, fedBack);
  const inputs = modelInputs(model.graph).filter(({ name }) => fedBack.every(({ input }) => input !== name));
  return { model, fedBack, inputs, options: { ...options, shapes } };
}
