import { type LayerCost, type ModelCost, unknownCost } from '../../cost/modelCost.js';
import type { Layer, NotObservable } from '../../layers/layer.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import { readLayers } from '../../readings/layerReadings.js';
import type { ReadingKind } from '../../readings/reading.js';
import { type LayerWidth, widthOf } from '../../readings/width.js';
import type { Run, RunModel } from '../../run/schema.js';
import { fieldReason } from './fieldReason.js';

/** What is listed of a model. */
export interface InspectedModel {
  readonly model: RunModel;
  readonly inputs: readonly ModelInput[];
  readonly layers: readonly Layer[];
  readonly notObservable: readonly NotObservable[];
  readonly cost?: ModelCost & { readonly inputShapes: Readonly<Record<string, readonly number[]>> };
  /** Why `cost` is absent, in words. */
  readonly costUnknown?: string;
}

/** One layer as it is listed, in every format. Numbers that are not known are `null`. */
export interface InspectedLayer extends LayerCost {
  readonly name: string;
  readonly node: string;
  readonly op: string;
  readonly output: string;
  /** Which body of `If`, `Loop` or `Scan` it stands in, in words. */
  readonly inside: string | null;
  readonly features: number | null;
  readonly weightShape: readonly number[] | null;
  readonly rankLimit: number | null;
  readonly parameters: number | null;
  /** Of the whole model's MACs, those outside of layers included. */
  readonly macsShare: number | null;
  /** Where a run was given that observed the layer. */
  readonly saturation?: number | null;
  /** How the run reads it, and why. */
  readonly reading?: ReadingKind | null;
  readonly reasons?: readonly string[];
  /** The width that the layer uses; `null` where something else sets it. */
  readonly width?: LayerWidth | null;
}

/** The layers of a model as they are listed; with the saturation and the width that a run of the model found. */
export function inspectedLayers({ layers, cost }: InspectedModel, run?: Run): InspectedLayer[] {
  const all = cost ? cost.totals.macs + cost.totals.otherMacs : 0;
  const readings = new Map(run ? readLayers(run).layers.map((reading) => [reading.layer.name, reading]) : []);
  return layers.map((layer, index) => {
    const { name, node, op, output, features, weightShape, rankLimit, parameters, inside } = layer;
    const costs = cost?.layers[index] ?? unknownCost;
    const reading = readings.get(name);
    return {
      name,
      node,
      op,
      output,
      inside: inside?.words ?? null,
      features: features ?? null,
      weightShape: weightShape ?? null,
      rankLimit: rankLimit ?? null,
      parameters: parameters ?? null,
      ...costs,
      macsShare: costs.macs === null || all === 0 ? null : costs.macs / all,
      ...(run
        ? {
            saturation: reading?.layer.saturation ?? null,
            reading: reading?.kind ?? null,
            reasons: reading ? [...reading.reasons, ...fieldReason(op, reading.kind, costs)] : [],
            width: reading ? widthOf(reading, costs.macs) : null,
          }
        : {}),
    };
  });
}
