import type { GivenShapes } from '../data/sampleDims.js';
import { findLayers } from '../layers/findLayers.js';
import type { Layer, NotObservable } from '../layers/layer.js';
import { type LayerSelection, selectLayers } from '../layers/selectLayers.js';
import { type ModelFile, opsetOf, producerOf, readModelFile, readModelOutline } from '../onnx/modelFile.js';
import { type ModelInput, modelInputs } from '../onnx/modelInput.js';
import type { RunModel } from '../run/schema.js';
import { type CostAtShapes, costOf } from './costOf.js';

export interface InspectOptions extends LayerSelection {
  /** Further operators to observe, by name (`Relu`, `Add`, …). */
  readonly operators?: readonly string[];
}

export interface InspectModelOptions extends InspectOptions {
  /** Shapes without the batch axis, by input, where the model leaves dimensions open. */
  readonly shapes?: GivenShapes;
  /** Whether the model is run once on zeros for shapes, operations and receptive fields (true). */
  readonly cost?: boolean;
}

/** What delve would observe of a model. */
export interface Inspection {
  readonly model: RunModel;
  readonly inputs: readonly ModelInput[];
  /** In graph order. */
  readonly layers: readonly Layer[];
  readonly notObservable: readonly NotObservable[];
  /** Absent where it was not wanted or cannot be known, which `costUnknown` then says. */
  readonly cost?: CostAtShapes;
  readonly costUnknown?: string;
}

/**
 * Lists a model's layers, what they cost and see, and what cannot be observed of it, and why. Needs no data: the model
 * is run once, on zeros, for its shapes.
 *
 * @param path a `.onnx` file.
 * @throws UserError where the file is not a model that can be read, a glob or operator matches nothing, or a given
 *   shape does not suit the model.
 */
export async function inspect(path: string, options: InspectModelOptions = {}): Promise<Inspection> {
  const { cost: wanted = true, shapes = {} } = options;
  const model = wanted ? await readModelFile(path) : await readModelOutline(path);
  const { all, notObservable } = findLayers(model, options.operators);
  const selects = (options.layers?.length ?? 0) > 0 || (options.exclude?.length ?? 0) > 0;
  const selected = selects ? selectLayers(all, options) : all;
  const cost = wanted ? await costOf(model, selected, shapes) : undefined;
  return {
    model: describeModel(model),
    inputs: modelInputs(model.graph),
    layers: selected,
    notObservable,
    ...(typeof cost === 'string' ? { costUnknown: cost } : { cost }),
  };
}

/** What a run says of the model. */
export function describeModel(model: ModelFile): RunModel {
  return {
    path: model.path,
    sha256: model.sha256,
    producer: producerOf(model.proto),
    opset: opsetOf(model.proto),
  };
}
