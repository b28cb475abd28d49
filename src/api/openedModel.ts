import { withConstantInputs } from '../instrument/constantInputs.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { readModelFile } from '../onnx/modelFile.js';

/** Inputs that hold one number, and sizes that the model leaves open, by input. */
export interface InputOptions {
  /** Inputs that hold one number everywhere, by name or glob: `{ sr: 16000, state: 0 }`. They need no data. */
  readonly inputs?: Readonly<Record<string, number>>;
  /** What the model leaves open, without the batch axis, by input. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Reads a model whose constant inputs are filled.
 *
 * @returns the options with what is left to say about inputs that are fed.
 * @throws UserError as `readModelFile` and `withConstantInputs`.
 */
export async function openedModel<Options extends InputOptions & { readonly model: string }>(
  options: Options,
): Promise<{ model: ModelFile; options: Options }> {
  const { model, shapes } = withConstantInputs(
    await readModelFile(options.model),
    options.inputs ?? {},
    options.shapes,
  );
  return { model, options: { ...options, shapes } };
}
