import { create } from '@bufbuild/protobuf';
import type { Layer } from '../layers/layer.js';
import { dataTypeOf, type ElementType } from '../onnx/elementType.js';
import { type ModelFile, opsetOf, serializeModel } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import {
  type GraphProto,
  type ModelProto,
  StringStringEntryProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';
import { computesInFloat64 } from './computesInFloat64.js';
import { nameOutputs } from './nameOutputs.js';
import { NodeBuilder } from './nodeBuilder.js';
import type { RewrittenModel } from './rewrittenModel.js';

/** The key in the rewritten model's metadata that says which outputs belong to which layer, as JSON. */
const METADATA_KEY = 'delve.layers';

/**
 * Rewrites a model so that its only outputs are what is added for these layers, and everything that they do not
 * need is gone. Weights are not copied where they stand in external data files.
 *
 * @param add adds a layer's nodes and returns the names of its outputs.
 * @param declareOutputs says what these are.
 * @param kept outputs of the model that stay such.
 */
export function rewrite<Outputs>(
  model: ModelFile,
  layers: readonly Layer[],
  add: (build: NodeBuilder, layer: Layer) => Outputs,
  declareOutputs: (outputs: Outputs) => readonly ValueInfoProto[],
  kept: readonly string[] = [],
): RewrittenModel<Outputs> {
  const { proto, outputs } = rewriteProto(model, layers, add, declareOutputs, kept);
  return rewritten(model, serializeModel(proto), outputs);
}

/** The same before it is serialized. */
export function rewriteProto<Outputs>(
  model: ModelFile,
  layers: readonly Layer[],
  add: (build: NodeBuilder, layer: Layer) => Outputs,
  declareOutputs: (outputs: Outputs) => readonly ValueInfoProto[],
  kept: readonly string[] = [],
): { proto: ModelProto; outputs: Outputs[] } {
  const stays = model.graph.output.filter(({ name }) => kept.includes(name));
  const wanted = [...layers.flatMap(valuesRead), ...stays.map(({ name }) => name)];
  const pruned = prune(nameOutputs(model.graph, layers), wanted);
  const real = computesInFloat64(pruned) ? 'float64' : 'float32';
  const build = new NodeBuilder(opsetOf(model.proto), namesIn(pruned), real);
  // ONNX Runtime visits what nothing else reads from the last node to the first: what stands last runs first. Of the
  // first layer, it runs as soon as that layer has, and its feature map need not be kept until the others have, too.
  const outputs = layers.toReversed().map((layer) => add(build, layer));
  outputs.reverse();
  const graph: GraphProto = {
    ...pruned,
    node: [...pruned.node, ...build.nodes],
    output: [...outputs.flatMap(declareOutputs), ...stays],
  };
  return { proto: withMetadata({ ...model.proto, graph }, layers), outputs };
}

/** A rewritten model, whose external data lie where those of the original do. */
export function rewritten<Outputs>(
  { externalDataFolder }: ModelFile,
  bytes: Uint8Array,
  layers: readonly Outputs[],
): RewrittenModel<Outputs> {
  return { bytes, ...(externalDataFolder === undefined ? {} : { externalDataFolder }), layers };
}

/** A value of this rank with open dimensions; without one, of any rank. */
export function declare(name: string, type: ElementType, rank?: number): ValueInfoProto {
  const shape = rank === undefined ? {} : { shape: { dim: Array.from({ length: rank }, () => ({})) } };
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypeOf(type), ...shape } } },
  });
}

/** The values of the model that observing a layer takes. */
function valuesRead({ output, quantization, layout, mask }: Layer): string[] {
  return [
    output,
    quantization?.scale,
    quantization?.zeroPoint,
    mask?.input,
    layout.kind === 'recurrent' ? layout.sequenceLengths : undefined,
  ].filter((name) => name !== undefined);
}

function withMetadata(model: ModelProto, layers: readonly Layer[]): ModelProto {
  const value = JSON.stringify(layers.map(({ name, op, output }) => ({ layer: name, output, op })));
  const others = model.metadataProps.filter(({ key }) => key !== METADATA_KEY);
  return {
    ...model,
    metadataProps: [...others, create(StringStringEntryProtoSchema, { key: METADATA_KEY, value })],
  };
}
