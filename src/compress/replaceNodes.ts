import { declare } from '../instrument/rewrite.js';
import { elementTypeOf } from '../onnx/elementType.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { GraphProto, NodeProto, TensorProto } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';

/** The first version of the format whose initializers need not be inputs. */
const FREE_INITIALIZERS = 4n;

/**
 * The graph with nodes in the places of others and further weights; what nothing reads any more is gone.
 *
 * @param replaced what stands in for a node; nothing where it is dropped.
 * @param reshaped values whose shapes are others now: what the model declares of them is dropped.
 */
export function withReplacements(
  { graph, proto }: ModelFile,
  replaced: ReadonlyMap<NodeProto, readonly NodeProto[]>,
  tensors: readonly TensorProto[],
  reshaped: ReadonlySet<string>,
): GraphProto {
  const named =
    proto.irVersion < FREE_INITIALIZERS
      ? tensors.map(({ name, dataType, dims }) =>
          declare(name, elementTypeOf(dataType) ?? 'float32', dims.length),
        )
      : [];
  const rewritten: GraphProto = {
    ...graph,
    node: graph.node.flatMap((node) => replaced.get(node) ?? [node]),
    initializer: [...graph.initializer, ...tensors],
    input: [...graph.input, ...named],
    valueInfo: graph.valueInfo.filter(({ name }) => !reshaped.has(name)),
  };
  const wanted = graph.output.map(({ name }) => name);
  return { ...prune(rewritten, wanted), output: graph.output };
}
