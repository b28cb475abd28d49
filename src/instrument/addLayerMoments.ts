import type { Layer } from '../layers/layer.js';
import type { MomentOutputs } from './instrumentedModel.js';
import { addMoments } from './momentNodes.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { observe, realOutput } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { addMomentsInTurn, IN_TURN_OPSET } from './samplesInTurn.js';

/** What is measured, and how the graph goes about it. */
export interface GraphOptions extends InstrumentOptions {
  /** Take up large feature maps sample by sample: a processor needs less memory then; a GPU or `Loop` would wait. */
  readonly samplesInTurn?: boolean;
}

/**
 * Adds the nodes that give a layer's moments.
 *
 * @param first see `addMoments`.
 * @throws UserError where an option cannot be had with this layer.
 */
export function addLayerMoments(
  build: NodeBuilder,
  measured: Layer,
  options: GraphOptions,
  first?: string,
): MomentOutputs {
  const layer = onStrides(build, measured);
  const { name } = layer;
  const added = (to: NodeBuilder, of: Layer) =>
    addMoments(to, name, observe(to, of, options), options.precision, first);
  if (!options.samplesInTurn || !isMapOfChannels(layer, options) || build.opset < IN_TURN_OPSET) {
    return added(build, layer);
  }
  const map = realOutput(build, layer);
  const { quantization: _, ...real } = layer;
  return addMomentsInTurn(build, name, map, (branch) => added(branch, { ...real, output: map }));
}

/** Whether an observation is all channels at a position of a feature map, and no position is left out. */
function isMapOfChannels({ layout, mask }: Layer, options: InstrumentOptions): boolean {
  const { convMethod, precision, interpolate } = options;
  return (
    layout.kind === 'featureMap' &&
    convMethod === 'channelwise' &&
    precision === 'float64' &&
    interpolate === undefined &&
    mask === undefined
  );
}

/** Looks at the positions that a strided layer looks at, where it is measured at its input. */
function onStrides(build: NodeBuilder, layer: Layer): Layer {
  const { linearMap, output } = layer;
  if (!linearMap?.strides || output !== linearMap.input) return layer;
  const steps = linearMap.strides;
  const all = (entry: (axis: number) => number) =>
    build.constant(
      'int64',
      steps.map((_, i) => entry(i)),
    );
  const [from, to, axes] = [all(() => 0), all(() => 2 ** 31 - 1), all((i) => i + 2)];
  const sliced = build.add('Slice', [output, from, to, axes, build.constant('int64', steps)]);
  return { ...layer, output: sliced };
}
