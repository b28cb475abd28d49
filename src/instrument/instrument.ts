import { UserError } from '../errors.js';
import type { Layer } from '../layers/layer.js';
import { type ModelFile, opsetOf, serializeModel } from '../onnx/modelFile.js';
import type { ModelProto, ValueInfoProto } from '../onnx/proto/onnx_pb.js';
import { ACCUMULATION_OPSET, accumulated } from './accumulate.js';
import { broughtOut } from './bodies.js';
import { cheaperInputs, type LinearLayer } from './cheaperInputs.js';
import type { InstrumentedModel, LiftModel, MomentOutputs } from './instrumentedModel.js';
import { liftModel } from './lift.js';
import { addMagnitudes, MAGNITUDE_OPSET } from './magnitudes.js';
import { addMoments } from './momentNodes.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { observe, realOutput } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { declare, rewriteProto, rewritten } from './rewrite.js';
import type { RewrittenModel } from './rewrittenModel.js';
import { addMomentsInTurn, IN_TURN_OPSET } from './samplesInTurn.js';

/**
 * How many batches a run of the rewritten model takes: one; so many; any number of several; or either, so that whoever
 * runs it can choose by the provider.
 */
export type BatchesPerRun = 'one' | 'several' | 'either' | number;

/** What is measured, and how the graph goes about it. */
export interface GraphOptions extends InstrumentOptions {
  /** Take up large feature maps sample by sample: a processor needs less memory then; a GPU or `Loop` would wait. */
  readonly samplesInTurn?: boolean;
}

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
  const { proto, outputs: measurements } = rewriteProto(
    bodies.model,
    measured.map((layer) => standIns.get(layer) ?? layer),
    (build, layer) =>
      handedOut.get(layer) ??
      withMagnitudes(momentsOf(build, onStrides(build, layer), options), { build, layer, options }),
    declareOutputs,
    kept,
  );
  const serialized = forBatches(model, proto, measurements, batches);
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

function momentsOf(build: NodeBuilder, layer: Layer, options: GraphOptions): MomentOutputs {
  const { name } = layer;
  const added = (to: NodeBuilder, of: Layer) =>
    addMoments(to, name, observe(to, of, options), options.precision);
  if (!options.samplesInTurn || !isMapOfChannels(layer, options) || build.opset < IN_TURN_OPSET) {
    return added(build, layer);
  }
  const map = realOutput(build, layer);
  const { quantization: _, ...real } = layer;
  return addMomentsInTurn(build, name, map, (branch) => added(branch, { ...real, output: map }));
}

/** Whether an observation is all channels at a position of a feature map, and no position is left out. */
function isMapOfChannels({ layout, mask }: Layer, options: InstrumentOptions): boolean {
  const { convMethod, precision, interpolate } = options;
  return (
    layout.kind === 'featureMap' &&
    convMethod === 'channelwise' &&
    precision === 'float64' &&
    interpolate === undefined &&
    mask === undefined
  );
}

function forBatches(
  model: ModelFile,
  proto: ModelProto,
  outputs: readonly MomentOutputs[],
  batches: BatchesPerRun,
): RewrittenModel<MomentOutputs> {
  if (batches === 'one' || batches === 1 || opsetOf(proto) < ACCUMULATION_OPSET) {
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

/** Looks at the positions that a strided layer looks at, where it is measured at its input. */
function onStrides(build: NodeBuilder, layer: Layer): Layer {
  const { linearMap, output } = layer;
  if (!linearMap?.strides || output !== linearMap.input) return layer;
  const steps = linearMap.strides;
  const all = (entry: (axis: number) => number) =>
    build.constant(
      'int64',
      steps.map((_, i) => entry(i)),
    );
  const [from, to, axes] = [all(() => 0), all(() => 2 ** 31 - 1), all((i) => i + 2)];
  const sliced = build.add('Slice', [output, from, to, axes, build.constant('int64', steps)]);
  return { ...layer, output: sliced };
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

function declareOutputs({ count, sum, scatter, shift, magnitudes }: MomentOutputs): ValueInfoProto[] {
  return [
    declare(count, 'int64', 0),
    declare(sum, 'float64', 1),
    declare(scatter, 'float64', 2),
    ...(shift === undefined ? [] : [declare(shift, 'float64', 1)]),
    ...(magnitudes === undefined ? [] : [declare(magnitudes, 'float64', 1)]),
  ];
}
