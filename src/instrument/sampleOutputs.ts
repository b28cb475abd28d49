import type { Layer } from '../layers/layer.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { observe } from './observe.js';
import { declare, rewrite } from './rewrite.js';
import type { RewrittenModel } from './rewrittenModel.js';
import { sampleMatrix } from './sampleMatrix.js';
import { sampleRows } from './sampleRows.js';

/** Names of the graph outputs that tell how one layer sees the samples of a batch; float64. */
export interface SampleOutput {
  readonly layer: string;
  /** `[samples, samples]`: inner products of the samples' whole outputs, centred on the batch: X Xᵀ. */
  readonly gram: string;
  /** `[samples, features]`: the mean over positions or steps; of recurrent layers the last step. */
  readonly pooled: string;
  /** One number: the sum of all squares of the samples' whole outputs, not centred. */
  readonly squares: string;
}

/**
 * Rewrites a model so that it gives, for each of these layers, the Gram matrix of the samples and their pooled outputs:
 * numbers that grow with the batch, and not with the feature maps.
 */
export function sampleOutputs(model: ModelFile, layers: readonly Layer[]): RewrittenModel<SampleOutput> {
  return rewrite(model, layers, addOutputs, ({ gram, pooled, squares }) => [
    declare(gram, 'float64', 2),
    declare(pooled, 'float64', 2),
    declare(squares, 'float64', 2),
  ]);
}

const options = { precision: 'float64', measureAt: 'output' } as const;

function addOutputs(build: NodeBuilder, layer: Layer): SampleOutput {
  const gram = build.outputName(`${layer.name}/gram`);
  const pooled = build.outputName(`${layer.name}/pooled`);
  const squares = build.outputName(`${layer.name}/squares`);
  const whole = sampleRows(
    build,
    observe(build, layer, { ...options, convMethod: 'flatten', sequenceMethod: 'flatten' }),
  );
  // Centred first: inner products of far-off means would take up the digits.
  const centred = build.arithmetic('Sub', [
    whole,
    build.reduce('ReduceMean', whole, [0], { keepDims: true }),
  ]);
  build.add('MatMul', [centred, build.add('Transpose', [centred], { perm: [1, 0] })], {}, gram);
  build.add(
    'Identity',
    [sampleRows(build, sampleMatrix(build, layer, { ...options, convMethod: 'channelwise' }))],
    {},
    pooled,
  );
  build.reduce('ReduceSum', build.arithmetic('Mul', [whole, whole]), [0, 1], {
    keepDims: true,
    output: squares,
  });
  return { layer: layer.name, gram, pooled, squares };
}
