import { UserError } from '../errors.js';
import type { Layer } from '../layers/layer.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import type { PrincipalAxes } from '../stats/principalAxes.js';
import { tensorOf } from './constantTensor.js';
import { ARITHMETIC_OPSET, type NodeBuilder } from './nodeBuilder.js';
import type { InstrumentOptions } from './options.js';
import { declare, rewrite } from './rewrite.js';
import type { RewrittenModel } from './rewrittenModel.js';
import { sampleMatrix } from './sampleMatrix.js';

/** The name of the graph output that carries one layer's samples of one batch. */
export interface CoordinateOutput {
  /** The layer's name, unique in the model. */
  readonly layer: string;
  /** float64, `[rows, 2]`: (x − m)ᵀ [v₁ v₂] for each row of the layer's sample matrix. */
  readonly coordinates: string;
}

/** A model rewritten so that its only outputs are coordinates. */
export type ProjectedModel = RewrittenModel<CoordinateOutput>;

/**
 * Rewrites a model so that its only outputs are the samples of these layers, projected on two directions.
 *
 * @param axes of each layer, by its name.
 * @param kept outputs of the model that stay such.
 * @throws UserError where an option cannot be had with this model.
 */
export function project(
  model: ModelFile,
  layers: readonly Layer[],
  axes: ReadonlyMap<string, PrincipalAxes>,
  options: InstrumentOptions,
  kept: readonly string[] = [],
): ProjectedModel {
  return rewrite(
    model,
    layers,
    (build, layer) => {
      const along = axes.get(layer.name);
      if (!along) throw new Error(`layer ${layer.name} has no axes`);
      return addCoordinates(build, layer, along, options);
    },
    ({ coordinates }) => [declare(coordinates, 'float64', 2)],
    kept,
  );
}

/**
 * Makes sure, before the first pass over the data, that a second one will be possible.
 *
 * @throws UserError for models of an opset that ONNX Runtime has no arithmetic for.
 */
export function requireProjectable(model: ModelFile): void {
  const opset = opsetOf(model.proto);
  if (opset >= ARITHMETIC_OPSET) return;
  throw new UserError(
    `--embedding needs a model of opset ${ARITHMETIC_OPSET} or newer, ${model.path} has opset ${opset}: convert it, or leave --embedding out`,
  );
}

/** Centred before the product, which would otherwise lose the digits that the mean takes up. */
function addCoordinates(
  build: NodeBuilder,
  layer: Layer,
  { mean, axes }: PrincipalAxes,
  options: InstrumentOptions,
): CoordinateOutput {
  const coordinates = build.outputName(`${layer.name}/coordinates`);
  const { value, observationAxis, isFloat64 } = sampleMatrix(build, layer, options);
  const rows = observationAxis === 0 ? value : build.add('Transpose', [value], { perm: [1, 0] });
  const x = isFloat64 ? rows : build.cast(rows, 'float64');
  const stored = (dims: readonly number[], data: Float64Array) =>
    build.add('Constant', [], { value: tensorOf('float64', dims, data) });
  const centred = build.arithmetic('Sub', [x, stored([mean.length], mean)]);
  build.add('MatMul', [centred, stored([mean.length, 2], axes)], {}, coordinates);
  return { layer: layer.name, coordinates };
}
