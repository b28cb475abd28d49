import type { ActivationLayout, Layer } from '../layers/layer.js';
import type { NodeBuilder } from './nodeBuilder.js';
import type { ObservationMatrix } from './observationMatrix.js';
import { observe, realOutput, sequenceMethodFor } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { rankOfSamplesFirst, samplesFirst } from './samplesFirst.js';
import { positionsBeforeFeatures, positionsOnOneAxis } from './sequence.js';

type Sequence = Exclude<ActivationLayout, { kind: 'featureMap' }>;
type Recurrent = Extract<ActivationLayout, { kind: 'recurrent' }>;

/**
 * A layer's output with one row for each entry of its leading axis: the observation where that is one a sample, and
 * the mean of the observations where they are positions or steps. NaN for sequences that have no step at all.
 */
export function sampleMatrix(
  build: NodeBuilder,
  layer: Layer,
  options: InstrumentOptions,
): ObservationMatrix {
  const { layout } = layer;
  if (layout.kind === 'featureMap') {
    const convMethod = options.convMethod === 'channelwise' ? 'mean' : options.convMethod;
    return observe(build, layer, { ...options, convMethod });
  }
  const method = sequenceMethodFor(layout, options);
  if (method === 'timestepwise' && !(layout.kind !== 'recurrent' && layout.rank === 2)) {
    // In float64, so that the mean of many steps is no worse than its terms.
    const activation = build.cast(realOutput(build, layer), 'float64');
    const isMoved = layout.kind !== 'recurrent' && typeof layout.samplesAxis === 'number';
    const value = isMoved
      ? meanOfSteps(build, samplesFirst(build, activation, layer, layout), {
          kind: layout.kind,
          rank: rankOfSamplesFirst(layout),
        })
      : meanOfSteps(build, activation, layout);
    return { value, observationAxis: 0, isFloat64: true };
  }
  const matrix = observe(build, layer, options);
  if (layout.kind !== 'recurrent' || layout.sequenceLengths === undefined || method !== 'last') return matrix;
  const hasSteps = build.cast(build.cast(layout.sequenceLengths, 'bool'), 'float64');
  return { ...matrix, value: dividedBy(build, matrix.value, hasSteps) };
}

/** An activation of rank 3 or more → `[samples, features]` */
function meanOfSteps(build: NodeBuilder, activation: string, layout: Sequence): string {
  switch (layout.kind) {
    case 'featuresLast': {
      const { rank } = layout;
      return rank === undefined
        ? build.reduce('ReduceMean', positionsOnOneAxis(build, activation), [1])
        : build.reduce('ReduceMean', activation, axesBetween(1, rank - 1));
    }
    case 'featuresBeforeLast': {
      const { rank } = layout;
      return rank === undefined
        ? build.reduce('ReduceMean', positionsBeforeFeatures(build, activation), [1])
        : build.reduce('ReduceMean', activation, [...axesBetween(1, rank - 2), rank - 1]);
    }
    case 'recurrent':
      return meanOfRecurrentSteps(build, activation, layout);
  }
}

/** `Y` → `[samples, directions · units]`; steps beyond a sequence's length are zero and do not count. */
function meanOfRecurrentSteps(
  build: NodeBuilder,
  y: string,
  { batchFirst, sequenceLengths }: Recurrent,
): string {
  const reduction = sequenceLengths === undefined ? 'ReduceMean' : 'ReduceSum';
  const reduced = build.reduce(reduction, y, [batchFirst ? 1 : 0]);
  const samplesFirst = batchFirst ? reduced : build.add('Transpose', [reduced], { perm: [1, 0, 2] });
  const rows = build.add('Flatten', [samplesFirst], { axis: 1 });
  return sequenceLengths === undefined
    ? rows
    : dividedBy(build, rows, build.cast(sequenceLengths, 'float64'));
}

/** Each row divided by its number. */
function dividedBy(build: NodeBuilder, rows: string, numbers: string): string {
  return build.arithmetic('Div', [rows, build.unsqueeze(numbers, [1])]);
}

const axesBetween = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
