import type { ElementType } from '../onnx/elementType.js';
import type { ModelInput } from '../onnx/modelInput.js';

/** An input of the model, `[samples, positions]`, that is zero where a position only fills up its sample. */
export interface PaddingMask {
  readonly input: string;
  readonly type: ElementType;
}

/**
 * Where an activation holds the positions that a mask speaks of:
 * `rows` `[samples, positions, features]` or `[samples · positions, features]`; `rowsOfSteps` `[positions, samples, features]`;
 * `columns` `[samples, features, positions]`.
 */
export type MaskedAxes = 'rows' | 'rowsOfSteps' | 'columns';

/** What exporters of transformers call it. */
const USUAL = 'attention_mask';

/**
 * The mask of a model that nobody named: an input called `attention_mask` of two axes. One of real numbers is added to
 * scores as a rule, so that zero keeps a position, and is left alone.
 */
export function usualMask(inputs: readonly ModelInput[]): PaddingMask | undefined {
  const found = inputs.find(
    ({ name, type, shape }) => name === USUAL && shape?.length === 2 && !isReal(type),
  );
  return found && { input: found.name, type: found.type };
}

const isReal = (type: ElementType): boolean => type.startsWith('float') || type === 'bfloat16';

/**
 * Which axes of an activation are those of the mask, as runs on shapes that are like no other size of the model tell.
 *
 * @param shapes of the activation, in each of the runs; `undefined` where a run told none.
 * @param runs samples and positions in each of them.
 * @returns `undefined` where they are not there, as behind a pooling, or in another way in each run.
 */
export function maskedAxes(
  shapes: readonly (readonly number[] | undefined)[],
  runs: readonly { readonly samples: number; readonly positions: number }[],
  kind: 'featureMap' | 'featuresLast',
): MaskedAxes | undefined {
  const fits = (test: (dims: readonly number[], samples: number, positions: number) => boolean) =>
    shapes.every((dims, i) => dims !== undefined && test(dims, runs[i].samples, runs[i].positions));
  if (kind === 'featureMap') {
    return fits((dims, n, t) => dims.length === 3 && dims[0] === n && dims[2] === t) ? 'columns' : undefined;
  }
  if (fits((dims, n, t) => dims.length === 3 && dims[0] === n && dims[1] === t)) return 'rows';
  if (fits((dims, n, t) => dims.length === 2 && dims[0] === n * t)) return 'rows';
  if (fits((dims, n, t) => dims.length === 3 && dims[0] === t && dims[1] === n)) return 'rowsOfSteps';
  return undefined;
}
