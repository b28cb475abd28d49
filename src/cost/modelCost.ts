import type { Layer } from '../layers/layer.js';
import type { Graph } from '../onnx/graph.js';
import { layerMacs, productMacs, type Shapes } from './macs.js';
import { operatorOf } from './operatorOf.js';
import type { Reaches } from './reach.js';
import { type ReceptiveFields, receptiveFields } from './receptiveField.js';

/** What one layer costs for one sample, and what it sees of the model's input. */
export interface LayerCost {
  readonly outputShape: readonly number[] | null;
  /** Multiply-accumulate operations a sample; `null` where the layer's shapes or weight do not tell. */
  readonly macs: number | null;
  /**
   * Input positions that one number of the output sees along each spatial axis (height, width), smallest and largest
   * over all paths. `null` where no window slides over the input. The whole axis where a path sees everything; by
   * windows alone it can be larger than the input.
   */
  readonly receptiveField: { readonly min: readonly number[]; readonly max: readonly number[] } | null;
  /** Input positions between neighbours of the output, along each spatial axis. */
  readonly stride: readonly number[] | null;
  /** A convolution whose input has seen the whole image on every path already (Richter et al., 2021). */
  readonly predictedUnproductive: boolean;
}

/** What is said of a layer of which nothing is known. */
export const unknownCost: LayerCost = {
  outputShape: null,
  macs: null,
  receptiveField: null,
  stride: null,
  predictedUnproductive: false,
};

export interface ModelCost {
  /** By layer, in the order of the layers. */
  readonly layers: readonly LayerCost[];
  /** A sample: `macs` of the layers, `otherMacs` of products of two activations, which are no layers. */
  readonly totals: { readonly macs: number; readonly otherMacs: number };
}

/**
 * Cost and receptive field of each layer, without data.
 *
 * @param shapes of all values for one batch, as the runtime tells them.
 * @param inputs the model's inputs.
 * @param samples in that batch: costs are divided by it.
 */
export function modelCost(
  graph: Graph,
  layers: readonly Layer[],
  shapes: Shapes,
  inputs: readonly string[],
  samples: number,
): ModelCost {
  const fields = receptiveFields(graph, inputs, shapes);
  const extents = fields.spatial.map((axis) =>
    Math.max(...inputs.map((name) => shapes.get(name)?.[axis] ?? 0)),
  );
  const costs = layers.map((layer): LayerCost => {
    const node = operatorOf(graph, layer);
    const macs = node && layerMacs(graph, layer, node, shapes);
    const reaches = fields.of.get(layer.output);
    const seen = node && fields.of.get(node.input[0]);
    return {
      outputShape: shapes.get(layer.output) ?? null,
      macs: macs === undefined ? null : macs / samples,
      ...fieldOf(reaches, fields, extents),
      predictedUnproductive:
        layer.layout.kind === 'featureMap' && seen !== undefined && hasSeenAll(seen, fields, extents),
    };
  });
  const total = (values: readonly (number | null | undefined)[]) =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return {
    layers: costs,
    totals: {
      macs: total(costs.map(({ macs }) => macs)),
      otherMacs: total(graph.proto.node.map((node) => productMacs(graph, node, shapes))) / samples,
    },
  };
}

function fieldOf(
  reaches: Reaches | undefined,
  { spatial }: ReceptiveFields,
  extents: readonly number[],
): Pick<LayerCost, 'receptiveField' | 'stride'> {
  const along = spatial.flatMap((axis) => reaches?.get(axis) ?? []);
  if (along.length === 0 || along.length !== spatial.length) return { receptiveField: null, stride: null };
  const bounded = (value: number, i: number) => (Number.isFinite(value) ? value : extents[i]);
  return {
    receptiveField: {
      min: along.map(({ min }, i) => bounded(min, i)),
      max: along.map(({ max }, i) => bounded(max, i)),
    },
    stride: along.map(({ stride }) => stride),
  };
}

/**
 * Whether every number of a feature map has seen the whole input on its shortest path. What a global pooling leaves
 * (squeeze-and-excite) is no feature map any more.
 */
function hasSeenAll(seen: Reaches, { spatial }: ReceptiveFields, extents: readonly number[]): boolean {
  return (
    spatial.length > 0 &&
    spatial.every((axis, i) => {
      const reach = seen.get(axis);
      return reach !== undefined && reach.axes.length > 0 && reach.min >= extents[i];
    })
  );
}
