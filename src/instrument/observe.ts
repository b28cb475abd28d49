import type { ActivationLayout, Layer, LayerMask } from '../layers/layer.js';
import { observeFeatureMap } from './featureMap.js';
import { lastValidPosition, withoutPadding } from './maskedObservations.js';
import type { NodeBuilder } from './nodeBuilder.js';
import type { ObservationMatrix } from './observationMatrix.js';
import type { InstrumentOptions, SequenceMethod } from './options.js';
import { rankOfSamplesFirst, samplesFirst } from './samplesFirst.js';
import { observeFeaturesBeforeLast, observeFeaturesLast, observeRecurrent } from './sequence.js';

/** A layer's output as observations. */
export function observe(build: NodeBuilder, layer: Layer, options: InstrumentOptions): ObservationMatrix {
  const activation = realOutput(build, layer);
  const { layout, features, mask } = layer;
  const method = sequenceMethodFor(layout, options);
  switch (layout.kind) {
    case 'featureMap': {
      const matrix = observeFeatureMap(build, activation, layout.rank, options);
      return mask && options.convMethod === 'channelwise' ? withoutPadding(build, matrix, mask) : matrix;
    }
    case 'featuresLast':
    case 'featuresBeforeLast': {
      // Step by step it makes no difference which of the other axes the samples are on.
      const isOrdered = method !== 'timestepwise' && layout.rank !== 2;
      if (mask && layout.kind === 'featuresLast' && method !== 'flatten') {
        return observeMasked(build, activation, layer, mask, method);
      }
      const value = isOrdered ? samplesFirst(build, activation, layer, layout) : activation;
      const shape = { rank: isOrdered ? rankOfSamplesFirst(layout) : layout.rank, features };
      return layout.kind === 'featuresLast'
        ? observeFeaturesLast(build, value, shape, method)
        : observeFeaturesBeforeLast(build, value, shape, method);
    }
    case 'recurrent':
      return observeRecurrent(build, activation, layout, method);
  }
}

/** `[samples, positions, features]`, however its axes lie, without what is padding. */
function observeMasked(
  build: NodeBuilder,
  activation: string,
  { layout, features }: Layer,
  mask: LayerMask,
  method: SequenceMethod,
): ObservationMatrix {
  if (method === 'last') {
    const ordered =
      mask.axes === 'rowsOfSteps' ? build.add('Transpose', [activation], { perm: [1, 0, 2] }) : activation;
    return lastValidPosition(build, ordered, mask);
  }
  const shape = { rank: 'rank' in layout ? layout.rank : undefined, features };
  return withoutPadding(build, observeFeaturesLast(build, activation, shape, 'timestepwise'), mask);
}

/** What becomes of a layer's steps, where nothing is said about them. */
export function sequenceMethodFor(
  { kind }: ActivationLayout,
  { sequenceMethod }: InstrumentOptions,
): SequenceMethod {
  return sequenceMethod ?? (kind === 'recurrent' ? 'last' : 'timestepwise');
}

/** A layer's output as real numbers. */
export function realOutput(build: NodeBuilder, { output, quantization }: Layer): string {
  if (!quantization) return output;
  const { scale, zeroPoint } = quantization;
  return build.add('DequantizeLinear', [output, scale, ...(zeroPoint ? [zeroPoint] : [])]);
}
