import { type ModelFile, opsetOf, serializeModel } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import type { GraphProto } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';
import type { LinearLayer } from './cheaperInputs.js';
import type { LiftedOutputs, LiftModel } from './instrumentedModel.js';
import { NodeBuilder } from './nodeBuilder.js';
import { declare } from './rewrite.js';

/**
 * The model that turns mean and covariance of an input x into those of y = W x + b, for each of these layers (which
 * share the input), in float64. The covariance is given and taken as a product, Q = L Lᵀ:
 *
 *     mean(y) = W mean(x) + b
 *     Q(y)    = W Q(x) Wᵀ = B Bᵀ with B = W L, whose eigenvalues, but for zeros, are those of BᵀB
 *
 * It holds what the weights are made of and nothing else of the model.
 */
export function liftModel(
  model: ModelFile,
  layers: readonly LinearLayer[],
): { readonly lift: LiftModel; readonly outputs: readonly LiftedOutputs[] } {
  const weights = layers.flatMap(({ linearMap: { weight, bias } }) => [weight, bias ?? []].flat());
  const pruned = prune(model.graph, weights);
  const build = new NodeBuilder(opsetOf(model.proto), namesIn(pruned));
  const inputs = { mean: build.outputName('input/mean'), factor: build.outputName('input/factor') };
  const outputs = layers.map((layer) => addLift(build, layer, inputs));
  // Of the model's own inputs only those that name a weight (IR version 3) are left.
  const stored = new Set(pruned.initializer.map(({ name }) => name));
  const graph: GraphProto = {
    ...pruned,
    node: [...pruned.node, ...build.nodes],
    input: [
      ...pruned.input.filter(({ name }) => stored.has(name)),
      declare(inputs.mean, 'float64', 1),
      declare(inputs.factor, 'float64', 2),
    ],
    output: outputs.flatMap(({ mean, covariance, inner, gram, squares }) => [
      declare(mean, 'float64', 1),
      declare(covariance, 'float64', 2),
      declare(inner, 'float64', 2),
      declare(gram, 'float64', 2),
      declare(squares, 'float64', 1),
    ]),
  };
  const { externalDataFolder } = model;
  const bytes = serializeModel({ ...model.proto, graph });
  const lift = { bytes, ...(externalDataFolder === undefined ? {} : { externalDataFolder }), ...inputs };
  return { lift, outputs };
}

function addLift(
  build: NodeBuilder,
  { name, features = 0, linearMap: { weight, inputsFirst, inputs, bias } }: LinearLayer,
  of: Pick<LiftModel, 'mean' | 'factor'>,
): LiftedOutputs {
  const named = (of: string) => build.outputName(`${name}/${of}`);
  const outputs = {
    mean: named('mean'),
    covariance: named('covariance'),
    inner: named('inner'),
    gram: named('gram'),
    squares: named('squares'),
  };
  const transpose = (value: string) => build.add('Transpose', [value], { perm: [1, 0] });
  const square = (value: string) => build.arithmetic('Mul', [value, value]);
  const stored = build.add('Reshape', [
    build.cast(weight, 'float64'),
    build.constant('int64', inputsFirst ? [inputs, features] : [features, inputs]),
  ]);
  const w = inputsFirst ? transpose(stored) : stored;
  const mapped = build.add('MatMul', [w, of.factor]);
  const turned = transpose(mapped);
  build.add('MatMul', [mapped, turned], {}, outputs.covariance);
  build.add('MatMul', [turned, mapped], {}, outputs.inner);
  build.add('MatMul', [transpose(w), w], {}, outputs.gram);
  if (bias === undefined) {
    build.add('MatMul', [w, of.mean], {}, outputs.mean);
    build.reduce('ReduceSum', square(w), [1], { output: outputs.squares });
    return outputs;
  }
  const b = build.add('Reshape', [build.cast(bias, 'float64'), build.constant('int64', [features])]);
  build.add('Add', [build.add('MatMul', [w, of.mean]), b], {}, outputs.mean);
  build.add('Add', [build.reduce('ReduceSum', square(w), [1]), square(b)], {}, outputs.squares);
  return outputs;
}
