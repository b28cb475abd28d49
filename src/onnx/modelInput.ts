import { UserError } from '../errors.js';
import type { ElementType } from './elementType.js';
import { type Dimension, tensorInfo } from './graph.js';
import type { GraphProto } from './proto/onnx_pb.js';

/** An input that the user has to feed: a graph input that no initializer gives a value. */
export interface ModelInput {
  readonly name: string;
  readonly type: ElementType;
  /**
   * One entry a dimension, the first being the batch: a number where the model fixes it, the model's own name
   * (`'batch'`) where it has one, `null` where it says nothing. `undefined` where even the rank is open.
   */
  readonly shape: readonly Dimension[] | undefined;
}

/**
 * The inputs of a graph that have to be fed, in the model's order.
 *
 * @throws UserError for an input that is not a tensor of a known element type.
 */
export function modelInputs(graph: GraphProto): ModelInput[] {
  const given = new Set(graph.initializer.map(({ name }) => name));
  for (const { values } of graph.sparseInitializer) if (values) given.add(values.name);
  return graph.input
    .filter(({ name }) => !given.has(name))
    .map(({ name, type }) => {
      const info = tensorInfo(type);
      if (info.type === undefined) {
        throw new UserError(
          `input ${name} of the model is not a tensor of a type that can be fed: only dense tensors of numbers are supported`,
        );
      }
      return { name, type: info.type, shape: info.shape };
    });
}

/**
 * The batch size that a model fixes, `undefined` where it is free. The first axis of a recurrent network's state, `[layers,
 * samples, units]`, is none: it is fixed while its second axis is open, as is the first of another input.
 *
 * @throws UserError where two inputs fix different sizes.
 */
export function fixedBatchSize(inputs: readonly ModelInput[]): number | undefined {
  let fixed: { input: string; size: number } | undefined;
  const someOpen = inputs.some(({ shape }) => shape !== undefined && shape.length > 0 && !isFixed(shape[0]));
  for (const { name, shape } of inputs) {
    const size = shape?.[0];
    if (!isFixed(size)) continue;
    if (someOpen && shape?.length === 3 && !isFixed(shape[1])) continue;
    if (fixed && fixed.size !== size) {
      throw new UserError(
        `the model fixes different batch sizes: ${fixed.size} for input ${fixed.input}, ${size} for input ${name}; export it with one batch axis`,
      );
    }
    fixed ??= { input: name, size };
  }
  return fixed?.size;
}

const isFixed = (size: Dimension | undefined): size is number => typeof size === 'number' && size > 0;
