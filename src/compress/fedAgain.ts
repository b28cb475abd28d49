import type { ModelFile } from '../onnx/modelFile.js';
import type { ModelProto } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';

/**
 * A model that was made of one whose inputs were filled with numbers (`--input`), with these inputs again: who runs it
 * feeds what the original takes.
 */
export function fedAgain(proto: ModelProto, { graph: original }: ModelFile): ModelProto {
  const { graph } = proto;
  if (!graph) return proto;
  const given = new Set(graph.input.map(({ name }) => name));
  const filled = original.input.filter(({ name }) => !given.has(name));
  if (filled.length === 0) return proto;
  const names = new Set(filled.map(({ name }) => name));
  const own = new Set(original.input.map(({ name }) => name));
  const whole = {
    ...graph,
    node: graph.node.filter(({ output }) => !output.some((name) => names.has(name))),
    input: [...original.input, ...graph.input.filter(({ name }) => !own.has(name))],
  };
  const outputs = graph.output.map(({ name }) => name);
  return { ...proto, graph: { ...prune(whole, outputs), output: graph.output } };
}
