import { create } from '@bufbuild/protobuf';
import type { Layer } from '../layers/layer.js';
import { type ModelFile, opsetOf, serializeModel } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import { ValueInfoProtoSchema } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';
import { nameOutputs } from './nameOutputs.js';
import { NodeBuilder } from './nodeBuilder.js';
import type { ModelBytes } from './rewrittenModel.js';

/** A model whose only outputs are the shapes of some of its values. */
export interface ShapeProbe extends ModelBytes {
  /** Names of the outputs, int64 vectors, by the value whose shape they are. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** Rewrites a model so that it gives nothing but the shapes of these values, which stay where they are computed. */
export function shapeProbe(
  model: ModelFile,
  layers: readonly Layer[],
  values: readonly string[],
): ShapeProbe {
  const pruned = prune(nameOutputs(model.graph, layers), values);
  const build = new NodeBuilder(opsetOf(model.proto), namesIn(pruned));
  const outputs = new Map(values.map((value) => [value, build.add('Shape', [value])]));
  const graph = {
    ...pruned,
    node: [...pruned.node, ...build.nodes],
    output: [...outputs.values()].map((name) => create(ValueInfoProtoSchema, { name })),
  };
  return {
    bytes: serializeModel({ ...model.proto, graph }),
    ...(model.externalDataFolder === undefined ? {} : { externalDataFolder: model.externalDataFolder }),
    outputs,
  };
}
