import { findLayers } from '../layers/findLayers.js';
import type { Layer, NotObservable } from '../layers/layer.js';
import { type LayerSelection, selectLayers } from '../layers/selectLayers.js';
import { type ModelFile, opsetOf, producerOf, readModelOutline } from '../onnx/modelFile.js';
import { type ModelInput, modelInputs } from '../onnx/modelInput.js';
import type { RunModel } from '../run/schema.js';

export interface InspectOptions extends LayerSelection {
  /** Further operators to observe, by name (`Relu`, `Add`, …). */
  readonly operators?: readonly string[];
}

/** What delve would observe of a model. */
export interface Inspection {
  readonly model: RunModel;
  readonly inputs: readonly ModelInput[];
  /** In graph order. */
  readonly layers: readonly Layer[];
  readonly notObservable: readonly NotObservable[];
}

/**
 * Lists a model's layers and what cannot be observed of it, and why. Runs nothing.
 *
 * @param path a `.onnx` file.
 * @throws UserError where the file is no model that can be read, or a glob or operator matches nothing.
 */
export async function inspect(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const model = await readModelOutline(path);
  const { layers, notObservable } = findLayers(model, options.operators);
  const selects = (options.layers?.length ?? 0) > 0 || (options.exclude?.length ?? 0) > 0;
  return {
    model: describeModel(model),
    inputs: modelInputs(model.graph),
    layers: selects ? selectLayers(layers, options) : layers,
    notObservable,
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
