import { UserError } from '../errors.js';
import type { ModelInput } from '../onnx/modelInput.js';
import { describeInput, fitShape, sampleShape, shapeMismatch } from './batches/fitShape.js';

/** Shapes without the batch axis, by input. */
export type GivenShapes = Readonly<Record<string, readonly number[]>>;

/**
 * The shape of one sample of an input: what was given for it, else what the model fixes.
 *
 * @returns `undefined` where the model leaves dimensions open and nothing was given.
 * @throws UserError where what was given contradicts the model.
 */
export function sampleDims(input: ModelInput, shapes: GivenShapes): readonly number[] | undefined {
  const given = Object.hasOwn(shapes, input.name) ? shapes[input.name] : undefined;
  if (given) {
    if (fitShape(given, input)) return given;
    throw new UserError(`--shape for ${input.name} does not fit: ${shapeMismatch(given, input)}`);
  }
  const shape = sampleShape(input);
  return shape?.every((size) => size !== undefined) ? shape : undefined;
}

/** What to write where the model leaves dimensions open: its own sizes, and a plausible one for the others. */
export function shapeExample(input: ModelInput): string {
  const shape = sampleShape(input);
  if (!shape || shape.length === 0) return `--shape ${input.name}=3x224x224`;
  const open = shape.length > 2 ? 224 : 16;
  return `--shape ${input.name}=${shape.map((size) => size ?? open).join('x')}`;
}

/** For the sentence about an input whose shape is open. */
export const leavesOpen = (input: ModelInput): string =>
  `input ${input.name} leaves its shape open (${describeInput(input)} a sample)`;
