import { intAttribute, intsAttribute, tensorAttribute } from '../onnx/attributes.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { FunctionProto, NodeProto } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';
import { decodeTensor } from '../onnx/tensor.js';
import { namesRead, subgraphs } from '../onnx/walk.js';
import { rankOf } from './families/matrixLayout.js';

/** Operators that find one scale for all samples of a batch. */
const scaling = new Set('DynamicQuantizeLinear DynamicQuantizeMatMul DynamicQuantizeLSTM'.split(' '));

/** Operators that make one number of, or put in order, what is on an axis; with the axis where none is named. */
const alongAxis = new Map([
  ['Softmax', -1],
  ['LogSoftmax', -1],
  ['Hardmax', -1],
  ['LpNormalization', -1],
  ['LayerNormalization', -1],
  ['ArgMax', 0],
  ['ArgMin', 0],
  ['TopK', -1],
]);

/** Operators that tell of a value no more than its shape, which a batch of one size always has. */
const shapeOnly = new Set(['Shape', 'Size']);

/**
 * An operator on the way to these values whose result for one sample depends on the others of its batch; `undefined`
 * where there is none. The first axis is taken for that of the samples: elsewhere in a graph it may be another, and
 * then this says too much.
 */
export function mixesSamples(model: ModelFile, values: Iterable<string>): string | undefined {
  const pruned = prune(model.graph, values);
  const graph = new Graph(pruned, model.proto);
  const varying = new Set(pruned.input.map(({ name }) => name).filter((name) => !graph.initializer(name)));
  for (const node of pruned.node) {
    if (shapeOnly.has(node.opType) || ![...namesRead(node)].some((name) => varying.has(name))) continue;
    for (const name of node.output) varying.add(name);
    const mixer = [...withInner(node, graph)].find((inner) => mixes(inner, graph));
    if (mixer) return mixer.opType;
  }
  return undefined;
}

/** The node and all that its bodies, or the function that it calls, are made of; each function once. */
function* withInner(node: NodeProto, graph: Graph, called = new Set<FunctionProto>()): Generator<NodeProto> {
  yield node;
  for (const body of subgraphs(node)) {
    for (const inner of body.node) yield* withInner(inner, graph, called);
  }
  const definition = graph.localFunction(node);
  if (!definition || called.has(definition)) return;
  called.add(definition);
  for (const inner of definition.node) yield* withInner(inner, graph, called);
}

function mixes(node: NodeProto, graph: Graph): boolean {
  const { opType, input } = node;
  if (graph.localFunction(node)) return false;
  if (scaling.has(opType)) return true;
  const isFirst = (axis: number) => axis === 0 || axis === -(rankOf(graph, input[0]).rank ?? 0);
  // Before opset 14 training was told by the outputs that it has and inference has not.
  if (opType === 'BatchNormalization') {
    return intAttribute(node, 'training_mode', 0) === 1 || node.output.slice(1).some((name) => name !== '');
  }
  if (opType === 'MeanVarianceNormalization') return (intsAttribute(node, 'axes') ?? [0, 2, 3]).some(isFirst);
  if (opType === 'CumSum') return (constantInts(graph, input[1]) ?? [0]).some(isFirst);
  const along = alongAxis.get(opType);
  if (along !== undefined) return isFirst(intAttribute(node, 'axis', along));
  if (!opType.startsWith('Reduce')) return false;
  const axes = intsAttribute(node, 'axes') ?? (input[1] ? constantInts(graph, input[1]) : []);
  // What is not known could be all.
  if (axes === undefined) return true;
  if (axes.length === 0) return intAttribute(node, 'noop_with_empty_axes', 0) === 0;
  return axes.some(isFirst);
}

/** `undefined` where they are computed or stored elsewhere. */
function constantInts(graph: Graph, name: string): number[] | undefined {
  const made = graph.producer(name);
  const stored =
    graph.initializer(name) ?? (made?.opType === 'Constant' ? tensorAttribute(made, 'value') : undefined);
  if (stored && stored.externalData.length === 0) return Array.from(decodeTensor(stored).data, Number);
  return made?.opType === 'Constant' ? intsAttribute(made, 'value_ints') : undefined;
}
