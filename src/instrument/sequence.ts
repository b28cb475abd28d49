import { UserError } from '../errors.js';
import type { ActivationLayout } from '../layers/layer.js';
import type { NodeBuilder } from './nodeBuilder.js';
import type { ObservationMatrix } from './observationMatrix.js';
import type { SequenceMethod } from './options.js';

type Recurrent = Extract<ActivationLayout, { kind: 'recurrent' }>;

/** `[samples, ...positions, features]` → observations. */
export function observeFeaturesLast(
  build: NodeBuilder,
  activation: string,
  { rank, features }: { rank?: number; features?: number },
  method: SequenceMethod,
): ObservationMatrix {
  if (rank === 2) return { value: activation, observationAxis: 0 };
  switch (method) {
    case 'timestepwise': {
      const shape =
        features === undefined
          ? build.add('Concat', [build.constant('int64', [-1]), lastDimension(build, activation)], {
              axis: 0,
            })
          : build.constant('int64', [-1, features]);
      return { value: build.add('Reshape', [activation, shape]), observationAxis: 0 };
    }
    case 'last': {
      const steps = rank === 3 ? activation : positionsOnOneAxis(build, activation);
      return { value: lastStep(build, steps, 1), observationAxis: 0 };
    }
    case 'flatten':
      return { value: build.add('Flatten', [activation], { axis: 1 }), observationAxis: 0 };
  }
}

/** `[samples, ...positions, features]` → `[samples, positions, features]`, of whatever rank, samples may be none. */
export function positionsOnOneAxis(build: NodeBuilder, activation: string): string {
  const positions = build.reduce('ReduceProd', build.dimensions(activation, 1, -1), [0], { keepDims: true });
  // 0 keeps the dimension. −1 for the positions would leave them open where there are no samples.
  const shape = [build.constant('int64', [0]), positions, lastDimension(build, activation)];
  return build.add('Reshape', [activation, build.add('Concat', shape, { axis: 0 })]);
}

/** `[samples, ..., features, positions]` → observations. */
export function observeFeaturesBeforeLast(
  build: NodeBuilder,
  activation: string,
  { rank, features }: { rank?: number; features?: number },
  method: SequenceMethod,
): ObservationMatrix {
  if (rank === 2) return { value: activation, observationAxis: 1 };
  if (rank === undefined) {
    return observeFeaturesLast(
      build,
      positionsBeforeFeatures(build, activation),
      { rank: 3, features },
      method,
    );
  }
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const swapped = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  const featuresLast = build.add('Transpose', [activation], { perm: swapped });
  return observeFeaturesLast(build, featuresLast, { rank, features }, method);
}

/**
 * `[samples, ..., features, positions]`, or `[features, samples]`, of a rank that only the run tells →
 * `[samples, positions, features]`. With the features taken out, the shape of either begins with the samples.
 */
export function positionsBeforeFeatures(build: NodeBuilder, value: string): string {
  const leading = build.dimensions(value, 0, -2);
  const matrices = build.reduce('ReduceProd', leading, [0], { keepDims: true });
  const stacked = build.add('Concat', [matrices, build.dimensions(value, -2, 2 ** 31 - 1)], { axis: 0 });
  const turned = build.add('Transpose', [reshaped(build, value, stacked)], { perm: [0, 2, 1] });
  const rows = build.add('Concat', [leading, lastDimension(build, value)], { axis: 0 });
  const samples = build.slice(rows, 0, 0, 1);
  const positions = build.reduce('ReduceProd', build.slice(rows, 0, 1, 2 ** 31 - 1), [0], { keepDims: true });
  const features = build.dimensions(value, -2, -1);
  return reshaped(build, turned, build.add('Concat', [samples, positions, features], { axis: 0 }));
}

/** The first opset that can reshape to a size of zero, wherever it stands. */
const ALLOWZERO_OPSET = 14;

const reshaped = (build: NodeBuilder, value: string, shape: string): string =>
  build.add('Reshape', [value, shape], build.opset >= ALLOWZERO_OPSET ? { allowzero: 1 } : {});

/** `Y` of a recurrent operator → observations with the directions concatenated as features. */
export function observeRecurrent(
  build: NodeBuilder,
  y: string,
  layout: Recurrent,
  method: SequenceMethod,
): ObservationMatrix {
  const { batchFirst, sequenceLengths } = layout;
  switch (method) {
    case 'last': {
      const step = sequenceLengths
        ? lastValidStep(build, y, layout, sequenceLengths)
        : lastStep(build, y, batchFirst ? 1 : 0);
      const samplesFirst = batchFirst ? step : build.add('Transpose', [step], { perm: [1, 0, 2] });
      return {
        value: build.add('Flatten', [samplesFirst], { axis: 1 }),
        observationAxis: 0,
        ...(sequenceLengths ? { isFloat64: true, count: nonEmpty(build, sequenceLengths) } : {}),
      };
    }
    case 'timestepwise': {
      const directionsLast = batchFirst ? y : build.add('Transpose', [y], { perm: [0, 2, 1, 3] });
      return {
        value: build.add('Flatten', [directionsLast], { axis: 2 }),
        observationAxis: 0,
        ...(sequenceLengths ? { count: total(build, sequenceLengths) } : {}),
      };
    }
    case 'flatten': {
      const samplesFirst = batchFirst ? y : build.add('Transpose', [y], { perm: [2, 0, 1, 3] });
      return { value: build.add('Flatten', [samplesFirst], { axis: 1 }), observationAxis: 0 };
    }
  }
}

/** The last entry along an axis, which is dropped. */
function lastStep(build: NodeBuilder, value: string, axis: number): string {
  return build.add('Gather', [value, build.constant('int64', -1)], { axis });
}

/** The first opset with NonZero and Where. */
const WHERE_OPSET = 9;

/**
 * Y at step `length − 1` of each sample: all other steps are blanked and the rest added up. Zero where the length is.
 *
 * @throws UserError for models of an opset that cannot express it.
 */
function lastValidStep(build: NodeBuilder, y: string, { batchFirst }: Recurrent, lengths: string): string {
  if (build.opset < WHERE_OPSET) {
    throw new UserError(
      `--sequence-method last of sequences with lengths of their own needs a model of opset ${WHERE_OPSET} or newer, this one has opset ${build.opset}: convert the model, or choose timestepwise`,
    );
  }
  const stepAxis = batchFirst ? 1 : 0;
  const sampleAxis = batchFirst ? 0 : 2;
  const steps = build.dimensions(y, stepAxis, stepAxis + 1);
  // 0, 1, 2, … without Range, which came with opset 11 only.
  const ones = build.add('Expand', [build.constant('int64', 1), steps]);
  const indices = build.add('NonZero', [ones]);
  const last = build.arithmetic('Sub', [build.cast(lengths, 'int64'), build.constant('int64', 1)]);
  const others = [0, 1, 2, 3];
  const isLast = build.add('Equal', [
    build.unsqueeze(
      build.squeeze(indices, [0]),
      others.filter((axis) => axis !== stepAxis),
    ),
    build.unsqueeze(
      last,
      others.filter((axis) => axis !== sampleAxis),
    ),
  ]);
  const kept = build.add('Where', [isLast, build.cast(y, 'float64'), build.constant('float64', 0)]);
  return build.reduce('ReduceSum', kept, [stepAxis]);
}

/** Sequences of one step or more: those without a step have no last one. */
const nonEmpty = (build: NodeBuilder, lengths: string): string =>
  build.reduce('ReduceSum', build.cast(build.cast(lengths, 'bool'), 'int64'), [0]);

const total = (build: NodeBuilder, lengths: string): string =>
  build.reduce('ReduceSum', build.cast(lengths, 'int64'), [0]);

const lastDimension = (build: NodeBuilder, value: string): string => build.dimensions(value, -1, 2 ** 31 - 1);
