import type { Layer } from '../layers/layer.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { ValueInfoProto } from '../onnx/proto/onnx_pb.js';
import type { InstrumentedModel, MomentOutputs } from './instrumentedModel.js';
import { addMoments } from './momentNodes.js';
import { observe } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { declare, rewrite } from './rewrite.js';

/**
 * Rewrites a model so that its only outputs are the moments of these layers.
 *
 * @throws UserError where an option cannot be had with this model.
 */
export function instrument(
  model: ModelFile,
  layers: readonly Layer[],
  options: InstrumentOptions,
): InstrumentedModel {
  return rewrite(
    model,
    layers,
    (build, layer) => addMoments(build, layer.name, observe(build, layer, options), options.precision),
    declareOutputs,
  );
}

function declareOutputs({ count, sum, scatter, shift }: MomentOutputs): ValueInfoProto[] {
  return [
    declare(count, 'int64', 0),
    declare(sum, 'float64', 1),
    declare(scatter, 'float64', 2),
    ...(shift === undefined ? [] : [declare(shift, 'float64', 1)]),
  ];
}
