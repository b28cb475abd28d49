import type { Layer, LinearMap } from '../layers/layer.js';
import { ARITHMETIC_OPSET } from './nodeBuilder.js';
import { sequenceMethodFor } from './observe.js';
import type { InstrumentOptions } from './options.js';

/** A layer that is measured at its input. */
export interface LinearLayer extends Layer {
  readonly linearMap: LinearMap;
}

/** Below this many entries of scatter saved, products are so quick that nothing is gained. */
const WORTH = 128 ** 2;

/** The first opset whose Slice takes steps. */
const STEPS_OPSET = 10;

/**
 * The layers whose moments are cheaper to come by at their inputs, in groups that share one. XᵀX takes as many
 * operations a row as its result has entries, so these are compared: the input has to halve them.
 */
export function cheaperInputs(
  layers: readonly Layer[],
  options: InstrumentOptions,
  opset: number,
): readonly (readonly LinearLayer[])[] {
  if (opset < ARITHMETIC_OPSET || options.interpolate !== undefined) return [];
  const groups = new Map<string, LinearLayer[]>();
  for (const layer of layers) {
    if (!isLinear(layer) || !staysLinear(layer, options)) continue;
    const { input, layout, strides } = layer.linearMap;
    if (strides && opset < STEPS_OPSET) continue;
    const key = JSON.stringify([input, layout, strides, layer.mask]);
    const group = groups.get(key);
    if (group) group.push(layer);
    else groups.set(key, [layer]);
  }
  return [...groups.values()].filter((group) => {
    const atOutputs = group.reduce((sum, { features = 0 }) => sum + features ** 2, 0);
    const atInput = group[0].linearMap.inputs ** 2;
    return 2 * atInput <= atOutputs && atOutputs - atInput >= WORTH;
  });
}

const isLinear = (layer: Layer): layer is LinearLayer =>
  layer.linearMap !== undefined && layer.features !== undefined;

/** Whether an observation of the output is the map of the same observation of the input. */
function staysLinear({ linearMap: { layout } }: LinearLayer, options: InstrumentOptions): boolean {
  if (layout.kind === 'featureMap')
    return options.convMethod === 'channelwise' || options.convMethod === 'mean';
  return ('rank' in layout && layout.rank === 2) || sequenceMethodFor(layout, options) !== 'flatten';
}
