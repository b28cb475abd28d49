import type { GraphProto } from './proto/onnx_pb.js';
import { namesRead } from './walk.js';

/**
 * The part of a graph that the wanted values need: nodes and initializers that nothing leads to are left out.
 * Inputs stay as they are, so that the same data can be fed, but for those that are only names of left-out
 * initializers (IR version 3): these would have to be fed. Outputs become none (the caller declares its own).
 * The given graph is not changed; the messages in it are shared.
 */
export function prune(graph: GraphProto, wanted: Iterable<string>): GraphProto {
  const needed = new Set<string>(wanted);
  const producers = new Map<string, number>();
  graph.node.forEach((node, index) => {
    for (const name of node.output) if (name !== '') producers.set(name, index);
  });
  const kept = new Set<number>();
  const open = [...needed];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const index = producers.get(name);
    if (index === undefined || kept.has(index)) continue;
    kept.add(index);
    for (const read of namesRead(graph.node[index])) {
      if (needed.has(read)) continue;
      needed.add(read);
      open.push(read);
    }
  }
  const node = graph.node.filter((_, index) => kept.has(index));
  const known = new Set([...needed, ...node.flatMap(({ output }) => output)]);
  const given = new Set([
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name),
  ]);
  return {
    ...graph,
    node,
    input: graph.input.filter(({ name }) => needed.has(name) || !given.has(name)),
    initializer: graph.initializer.filter(({ name }) => needed.has(name)),
    sparseInitializer: graph.sparseInitializer.filter(({ values }) => values && needed.has(values.name)),
    valueInfo: graph.valueInfo.filter(({ name }) => known.has(name)),
    quantizationAnnotation: graph.quantizationAnnotation.filter(({ tensorName }) => known.has(tensorName)),
    output: [],
  };
}
