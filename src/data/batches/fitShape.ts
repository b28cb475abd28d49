import type { ModelInput } from '../../onnx/modelInput.js';

/**
 * The shape that a sample takes in an input, both without the batch axis: its own where that fits, else with
 * axes of length 1 added or left out. `undefined` where it does not fit.
 *
 * @param shapeless the sample is a row of numbers that takes any shape of as many elements.
 */
export function fitShape(
  dims: readonly number[],
  input: ModelInput,
  shapeless = false,
): readonly number[] | undefined {
  if (input.shape === undefined) return dims;
  const wanted = sampleShape(input);
  if (wanted === undefined) return undefined;
  if (matches(dims, wanted)) return dims;
  return shapeless ? shaped(product(dims), wanted) : squeezed(dims, wanted);
}

/** The input's shape without the batch axis, `undefined` for what the model leaves open (also the rank). */
export function sampleShape({ shape }: ModelInput): readonly (number | undefined)[] | undefined {
  if (shape === undefined || shape.length === 0) return undefined;
  return shape.slice(1).map((size) => (typeof size === 'number' && size > 0 ? size : undefined));
}

/** `3×28×28`, in the model's words where its shape is open: `3×height×?`. */
export function describeInput({ shape }: ModelInput): string {
  if (shape === undefined) return 'any shape';
  const sizes = shape.slice(1).map((size) => (typeof size === 'number' && size <= 0 ? '?' : (size ?? '?')));
  return sizes.length === 0 ? 'a single value' : sizes.join('×');
}

/** `3×28×28`; `a single value` for a scalar. */
export function describeShape(dims: readonly number[]): string {
  return dims.length === 0 ? 'a single value' : dims.join('×');
}

/** Both shapes in one clause. */
export function shapeMismatch(dims: readonly number[], input: ModelInput): string {
  return `it has the shape ${describeShape(dims)}, but input ${input.name} wants ${describeInput(input)} a sample`;
}

const product = (dims: readonly number[]): number => dims.reduce((total, size) => total * size, 1);

const matches = (dims: readonly number[], wanted: readonly (number | undefined)[]): boolean =>
  dims.length === wanted.length && wanted.every((size, axis) => size === undefined || size === dims[axis]);

function squeezed(
  dims: readonly number[],
  wanted: readonly (number | undefined)[],
): readonly number[] | undefined {
  const long = dims.filter((size) => size !== 1);
  if (
    !matches(
      long,
      wanted.filter((size) => size !== 1),
    )
  )
    return undefined;
  let next = 0;
  return wanted.map((size) => (size === 1 ? 1 : long[next++]));
}

function shaped(count: number, wanted: readonly (number | undefined)[]): readonly number[] | undefined {
  const fixed = wanted.reduce<number>((total, size) => total * (size ?? 1), 1);
  const open = wanted.filter((size) => size === undefined).length;
  if (open > 1 || count % fixed !== 0 || (open === 0 && count !== fixed)) return undefined;
  return wanted.map((size) => size ?? count / fixed);
}
