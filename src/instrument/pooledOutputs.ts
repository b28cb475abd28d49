import type { Layer } from '../layers/layer.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { adaptivePooling } from './adaptivePooling.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { realOutput } from './observe.js';
import { declare, rewrite } from './rewrite.js';
import type { RewrittenModel } from './rewrittenModel.js';
import { sampleMatrix } from './sampleMatrix.js';
import { sampleRows } from './sampleRows.js';

/** The name of the graph output that holds what one layer gives for each sample of a batch. */
export interface PooledOutput {
  readonly layer: string;
  /** `[samples, features]`, float64: the mean over positions or steps, or a grid of means; the last step of recurrent layers. */
  readonly pooled: string;
}

/** Whether a layer's output has as many axes of positions as a grid. */
export const fitsGrid = ({ layout }: Layer, grid: readonly number[]): boolean =>
  layout.kind === 'featureMap' && layout.rank - 2 === grid.length;

/**
 * Rewrites a model so that it gives, for each of these layers, one row of features a sample.
 *
 * @param grid cells along each axis of a feature map, for layers that it fits; absent: the mean over all positions.
 * @throws UserError where the model's opset lacks what the grid needs.
 */
export function pooledOutputs(
  model: ModelFile,
  layers: readonly Layer[],
  grid?: readonly number[],
): RewrittenModel<PooledOutput> {
  return rewrite(
    model,
    layers,
    (build, layer) => {
      const pooled = build.outputName(`${layer.name}/pooled`);
      build.add('Identity', [rowsOf(build, layer, grid)], {}, pooled);
      return { layer: layer.name, pooled };
    },
    ({ pooled }) => [declare(pooled, 'float64', 2)],
  );
}

function rowsOf(build: NodeBuilder, layer: Layer, grid: readonly number[] | undefined): string {
  if (grid && fitsGrid(layer, grid)) {
    return adaptivePooling(build, build.cast(realOutput(build, layer), 'float64'), grid);
  }
  const options = { precision: 'float64', measureAt: 'output', convMethod: 'mean' } as const;
  return sampleRows(build, sampleMatrix(build, layer, options));
}
