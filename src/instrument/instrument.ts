import type { Layer } from '../layers/layer.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import type { ValueInfoProto } from '../onnx/proto/onnx_pb.js';
import { cheaperInputs, type LinearLayer } from './cheaperInputs.js';
import type { InstrumentedModel, LiftModel, MomentOutputs } from './instrumentedModel.js';
import { liftModel } from './lift.js';
import { addMoments } from './momentNodes.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { observe } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { declare, rewrite } from './rewrite.js';

/**
 * Rewrites a model so that its only outputs are the moments of these layers, or of their inputs where
 * `options.measureAt` allows for it.
 *
 * @param kept an output of the model that stays one.
 * @throws UserError where an option cannot be had with this model.
 */
export function instrument(
  model: ModelFile,
  layers: readonly Layer[],
  options: InstrumentOptions,
  kept?: string,
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
  const rewritten = rewrite(
    model,
    measured,
    (build, layer) =>
      addMoments(build, layer.name, observe(build, onStrides(build, layer), options), options.precision),
    declareOutputs,
    kept,
  );
  if (groups.length === 0) return rewritten;
  const outputsOf = new Map(rewritten.layers.map((outputs) => [outputs.layer, outputs]));
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
    ...rewritten,
    lifts,
    layers: layers.map((layer) => {
      const of = lifted.get(layer);
      const outputs = outputsOf.get(of ? groups[of.model][0].name : layer.name);
      if (!outputs) throw new Error(`layer ${layer.name} was not measured`);
      return of ? { ...outputs, layer: layer.name, lifted: of } : outputs;
    }),
  };
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

function declareOutputs({ count, sum, scatter, shift }: MomentOutputs): ValueInfoProto[] {
  return [
    declare(count, 'int64', 0),
    declare(sum, 'float64', 1),
    declare(scatter, 'float64', 2),
    ...(shift === undefined ? [] : [declare(shift, 'float64', 1)]),
  ];
}
