import { UserError } from '../errors.js';
import { layerGlob } from '../layers/layerGlob.js';
import type { Dimension } from '../onnx/graph.js';
import type { ModelInput } from '../onnx/modelInput.js';

/** An axis of another input, whose size is known once it is fed. */
export interface AxisOf {
  readonly input: string;
  readonly axis: number;
}

/** The size of an axis: what these add up to. */
export type AxisSize = readonly (number | AxisOf)[];

/** Sizes of axes that a model leaves open, without the batch axis, by input. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** What the sizes of an input that nobody feeds follow from. */
export interface Around {
  /** Inputs that samples feed. */
  readonly fed: readonly ModelInput[];
  /** Others whose sizes are known when the model runs. */
  readonly others?: readonly ModelInput[];
  /** Of all axes but that of the batch. */
  readonly given: readonly number[] | undefined;
}

/**
 * The size of each axis of an input that no data feeds.
 *
 * Of an axis that the model leaves open it is that of an axis of the same name of another input, or what such names add up
 * to (`past + 1`); of the first one otherwise that of the batch; then what is given; and an axis called after the past (the
 * keys and values that a decoder has seen) is empty.
 *
 * @param option that the input was named by, for messages.
 * @throws UserError where the size of an axis is not known.
 */
export function axisSizes(
  option: string,
  { name, shape }: ModelInput,
  { fed, others = [], given }: Around,
): AxisSize[] {
  if (!shape) {
    throw new UserError(
      `${option} ${name}: the model does not declare how many axes the input has, so it cannot be filled`,
    );
  }
  const batch = shape.findIndex(isOpen);
  return shape.map((size, axis): AxisSize => {
    if (!isOpen(size)) return [size];
    const like = typeof size === 'string' ? axesCalled([...fed, ...others], size) : undefined;
    if (like) return like;
    if (axis === batch) {
      const first = fed.find(({ shape: other }) => other === undefined || other.length > 0);
      if (first) return [{ input: first.name, axis: 0 }];
    }
    const told = given?.[axis > batch ? axis - 1 : axis];
    if (told !== undefined && given?.length === shape.length - 1) return [told];
    if (typeof size === 'string' && PAST.test(size)) return [0];
    throw new UserError(
      `${option} ${name}: the model leaves its shape open ([${shape.map((each) => each ?? '?').join(', ')}]), add --shape ${name}=${shape
        .filter((_, i) => i !== batch)
        .map((each) => (isOpen(each) ? 16 : each))
        .join('x')}`,
    );
  });
}

/** What `shapes` says of an input, by its name or a glob. */
export function shapeGiven(shapes: Shapes, name: string): readonly number[] | undefined {
  return shapes[name] ?? Object.entries(shapes).find(([glob]) => layerGlob(glob)(name))?.[1];
}

/** What is left of `shapes` once these inputs have theirs. */
export function shapesLeft(
  shapes: Shapes,
  inputs: readonly ModelInput[],
  filled: ReadonlySet<string>,
): Shapes {
  const left = Object.entries(shapes).filter(([name]) =>
    inputs.every((each) => !filled.has(each.name) || !layerGlob(name)(each.name)),
  );
  return Object.fromEntries(left);
}

const PAST = /past/i;

const isOpen = (size: Dimension): size is string | null | number => typeof size !== 'number' || size < 0;

/** An axis of that name, or of each of the names that it is the sum of. */
function axesCalled(inputs: readonly ModelInput[], wanted: string): AxisSize | undefined {
  const exact = axisCalled(inputs, wanted);
  if (exact) return [exact];
  const parts = wanted.split('+').map((part) => part.trim());
  if (parts.length === 1) return undefined;
  const found = parts.map((part) => {
    if (/^\d+$/.test(part)) return Number(part);
    return axisCalled(inputs, part) ?? (PAST.test(part) ? 0 : undefined);
  });
  return found.every((each) => each !== undefined) ? found : undefined;
}

function axisCalled(inputs: readonly ModelInput[], wanted: string): AxisOf | undefined {
  for (const { name, shape = [] } of inputs) {
    const axis = shape.indexOf(wanted);
    if (axis >= 0) return { input: name, axis };
  }
  return undefined;
}
