import { UserError } from '../errors.js';
import type { Layer } from '../layers/layer.js';
import { type ModelFile, opsetOf, serializeModel } from '../onnx/modelFile.js';
import type { ModelProto, ValueInfoProto } from '../onnx/proto/onnx_pb.js';
import { ACCUMULATION_OPSET, accumulated } from './accumulate.js';
import { addLayerMoments, type GraphOptions } from './addLayerMoments.js';
import { broughtOut } from './bodies.js';
import { withCarriedSums } from './carriedSums.js';
import { cheaperInputs, type LinearLayer } from './cheaperInputs.js';
import type { InstrumentedModel, LiftModel, MomentOutputs } from './instrumentedModel.js';
import { liftModel } from './lift.js';
import { addMagnitudes, MAGNITUDE_OPSET } from './magnitudes.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { realOutput } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { declare, rewriteProto, rewritten } from './rewrite.js';
import type { RewrittenModel } from './rewrittenModel.js';

/**
 * How many batches a run of the rewritten model takes: one; so many; any number of several; either, so that whoever
 * runs it can choose by the provider; or one after the other, each of which takes up the sums of those before (float32).
 */
export type BatchesPerRun = 'one' | 'several' | 'either' | 'carried' | number;

/**
 * Rewrites a model so that its only outputs are the moments of these layers, or of their inputs where
 * `options.measureAt` allows for it.
 *
 * @param batches models of an opset before `ACCUMULATION_OPSET` take one a run in any case.
 * @param kept outputs of the model that stay such.
 * @throws UserError where an option cannot be had with this model.
 */
export function instrument(
  model: ModelFile,
  layers: readonly Layer[],
  options: GraphOptions,
  batches: BatchesPerRun = 'one',
  kept: readonly string[] = [],
): InstrumentedModel {
  const groups = options.measureAt === 'cheaper' ? cheaperInputs(layers, options, opsetOf(model.proto)) : [];
  const groupOf = new Map<Layer, readonly LinearLayer[]>(
    groups.flatMap((group) => group.map((layer) => [layer, group] as const)),
  );
  // Of the layers that share an input, the first stands for it.
  const measured = layers.flatMap((layer) => {
    const group = groupOf.get(layer);
    if (!group) return [layer];
    return group[0] === layer ? [atInput(group[0])] : [];
  });
  const bodies = broughtOut(model, layers, options);
  const standIns = new Map([...bodies.outputs].map(([layer, names]) => [layer, standIn(layer, names)]));
  const handedOut = new Map([...bodies.outputs].map(([layer, names]) => [standIns.get(layer), names]));
  const carries =
    batches === 'carried' && options.precision === 'float32' && opsetOf(model.proto) >= ACCUMULATION_OPSET;
  let first: string | undefined;
  const firstOf = (build: NodeBuilder) => {
    first ??= build.outputName('first');
    return first;
  };
  const { proto, outputs: measurements } = rewriteProto(
    bodies.model,
    measured.map((layer) => standIns.get(layer) ?? layer),
    (build, layer) =>
      handedOut.get(layer) ??
      withMagnitudes(addLayerMoments(build, layer, options, carries ? firstOf(build) : undefined), {
        ...{ build, layer, options },
      }),
    declareOutputs,
    kept,
  );
  const serialized = forBatches(
    model,
    proto,
    measurements,
    first !== undefined && measurements.some(({ carried }) => carried) ? { first } : batches,
  );
  if (groups.length === 0) return serialized;
  const outputsOf = new Map(measurements.map((outputs) => [outputs.layer, outputs]));
  const lifts: LiftModel[] = [];
  const lifted = new Map<Layer, NonNullable<MomentOutputs['lifted']>>();
  for (const group of groups) {
    const { lift, outputs } = liftModel(model, group);
    for (const [i, layer] of group.entries()) {
      const { features = 0 } = layer;
      lifted.set(layer, { model: lifts.length, features, outputs: outputs[i] });
    }
    lifts.push(lift);
  }
  return {
    ...serialized,
    lifts,
    layers: layers.map((layer) => {
      const of = lifted.get(layer);
      const outputs = outputsOf.get(of ? groups[of.model][0].name : layer.name);
      if (!outputs) throw new Error(`layer ${layer.name} was not measured`);
      return of ? { ...outputs, layer: layer.name, lifted: of } : outputs;
    }),
  };
}

function forBatches(
  model: ModelFile,
  proto: ModelProto,
  outputs: readonly MomentOutputs[],
  batches: BatchesPerRun | { readonly first: string },
): RewrittenModel<MomentOutputs> {
  if (typeof batches === 'object') {
    const { model: taking, carried } = withCarriedSums(proto, outputs, batches.first);
    return { ...rewritten(model, serializeModel(taking), outputs), accumulates: true, carried };
  }
  if (batches === 'one' || batches === 'carried' || batches === 1 || opsetOf(proto) < ACCUMULATION_OPSET) {
    return rewritten(model, serializeModel(proto), outputs);
  }
  const fixed = typeof batches === 'number' ? batches : undefined;
  return {
    ...rewritten(model, serializeModel(accumulated(proto, outputs, fixed)), outputs),
    accumulates: true,
    ...(batches === 'either' ? { single: serializeModel(proto) } : {}),
  };
}

/** A layer in a body, as what its body hands out: that is all the model's own graph has of it. */
function standIn({ name, node, op }: Layer, { count }: MomentOutputs): Layer {
  return { name, node, op, output: count, layout: { kind: 'featuresLast' } };
}

/** The input of a layer, as if it were the output of one. */
function atInput({ linearMap, unnamed: _, quantization: __, rankLimit: ___, ...layer }: LinearLayer): Layer {
  return {
    ...layer,
    linearMap,
    output: linearMap.input,
    layout: linearMap.layout,
    features: linearMap.inputs,
  };
}

/** @throws UserError where the model's opset has no comparisons. */
function withMagnitudes(
  outputs: MomentOutputs,
  { build, layer, options }: { build: NodeBuilder; layer: Layer; options: InstrumentOptions },
): MomentOutputs {
  if (!options.magnitudes) return outputs;
  if (build.opset < MAGNITUDE_OPSET) {
    throw new UserError(
      `--magnitudes takes a model of opset ${MAGNITUDE_OPSET} or newer, this one has opset ${build.opset}: convert it, or leave the option out`,
    );
  }
  return { ...outputs, magnitudes: addMagnitudes(build, layer.name, realOutput(build, layer)) };
}

function declareOutputs(outputs: MomentOutputs): ValueInfoProto[] {
  const { count, sum, scatter, shift, magnitudes, carried } = outputs;
  const type = carried ? 'float32' : 'float64';
  return [
    declare(count, 'int64', 0),
    declare(sum, type, 1),
    declare(scatter, type, 2),
    ...(shift === undefined ? [] : [declare(shift, type, 1)]),
    ...(magnitudes === undefined ? [] : [declare(magnitudes, 'float64', 1)]),
  ];
}
