import { UserError } from '../errors.js';
import type { GraphProto, NodeProto } from './proto/onnx_pb.js';
import { namesRead } from './walk.js';

/**
 * Checks that a graph hangs together, as ONNX Runtime does when it loads one: every value is made once, everything
 * that is read is there, and nothing depends on itself. Damaged files that still parse are found here. Nodes may
 * stand in any order.
 *
 * @throws UserError naming the file and the value.
 */
export function checkGraph(graph: GraphProto, path: string): void {
  const producers = new Map<string, number>();
  const given = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  for (const { values } of graph.sparseInitializer) if (values) given.add(values.name);
  graph.node.forEach((node, index) => {
    for (const name of node.output) {
      if (name === '') continue;
      if (given.has(name) || producers.has(name)) {
        throw broken(path, `the value ${name} is made twice`);
      }
      producers.set(name, index);
    }
  });
  const reads = graph.node.map((node) => [...namesRead(node)]);
  reads.forEach((names, index) => {
    const missing = names.find((name) => !given.has(name) && !producers.has(name));
    if (missing !== undefined) {
      throw broken(path, `${called(graph.node[index])} reads ${missing}, which nothing makes`);
    }
  });
  const missing = graph.output.find(({ name }) => !given.has(name) && !producers.has(name));
  if (missing) throw broken(path, `nothing makes its output ${missing.name}`);
  const onCycle = findCycle(reads.map((names) => names.flatMap((name) => producers.get(name) ?? [])));
  if (onCycle !== undefined) throw broken(path, `${called(graph.node[onCycle])} depends on its own output`);
}

/** A node that depends on itself, given the nodes that each one needs; `undefined` where there is none. */
function findCycle(needs: readonly (readonly number[])[]): number | undefined {
  const waiting = needs.map((needed) => needed.length);
  const readers: number[][] = needs.map(() => []);
  needs.forEach((needed, index) => {
    for (const other of needed) readers[other].push(index);
  });
  const ready = [...waiting.keys()].filter((index) => waiting[index] === 0);
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    for (const reader of readers[index]) {
      waiting[reader]--;
      if (waiting[reader] === 0) ready.push(reader);
    }
  }
  // What is left stands on a cycle or behind one; going back through what is left must end on the cycle.
  let index = waiting.findIndex((count) => count > 0);
  if (index < 0) return undefined;
  for (const seen = new Set<number>(); !seen.has(index); ) {
    seen.add(index);
    index = needs[index].find((other) => waiting[other] > 0) ?? index;
  }
  return index;
}

const called = ({ name, opType }: NodeProto): string => (name === '' ? `a node ${opType}` : `node ${name}`);

const broken = (path: string, what: string): UserError =>
  new UserError(`${path} is not a valid ONNX model or is damaged (${what}): export or copy it again`);
