import { create } from '@bufbuild/protobuf';
import { type ModelFile, opsetOf, serializeModel } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import { type GraphProto, type NodeProto, ValueInfoProtoSchema } from '../onnx/proto/onnx_pb.js';
import { prune } from '../onnx/prune.js';
import { NodeBuilder } from './nodeBuilder.js';
import type { ModelBytes } from './rewrittenModel.js';

/** The names of the outputs that tell of one value of the graph; all are float64 scalars. */
export interface CountOutputs {
  /** Elements that are NaN. */
  readonly nan: string;
  /** Elements that are NaN or infinite. */
  readonly nonFinite: string;
}

/** A model whose only outputs tell how many elements of its values are not finite. */
export interface NonFiniteCounts extends ModelBytes {
  /** By the value that is counted. */
  readonly outputs: ReadonlyMap<string, CountOutputs>;
}

/** Operators whose outputs are sequences, maps or text: there is nothing to count. */
const NOT_NUMBERS = /^(Sequence|SplitToSequence|Optional|ZipMap|String|Tokenizer|RegexSplit|DictVectorizer)/;

/**
 * Rewrites a model so that it counts NaN and infinities in the outputs of all nodes of its main graph on the way to
 * `wanted`, and in its inputs of real numbers.
 *
 * Everything is cast to float64, in which no number of a narrower type is infinite, and which integers take too: types
 * inside a graph need not be declared. x ≠ x where x is NaN, and x − x is NaN where x is NaN or infinite.
 */
export function nonFiniteCounts(
  model: ModelFile,
  graph: GraphProto,
  wanted: readonly string[],
): NonFiniteCounts {
  const pruned = prune(graph, wanted);
  const build = new NodeBuilder(opsetOf(model.proto), namesIn(pruned));
  const given = new Set(pruned.initializer.map(({ name }) => name));
  const counted = [
    ...pruned.input.flatMap(({ name }) => (given.has(name) ? [] : [name])),
    ...pruned.node.flatMap(numbersOf),
  ];
  const outputs = new Map(counted.map((value) => [value, countsOf(build, value)]));
  const names = [...outputs.values()].flatMap(({ nan, nonFinite }) => [nan, nonFinite]);
  const counting = {
    ...pruned,
    node: [...pruned.node, ...build.nodes],
    output: names.map((name) => create(ValueInfoProtoSchema, { name })),
  };
  return { ...withGraph(model, counting), outputs };
}

/** A model that gives some of its values themselves, as float64. */
export interface ValueOutputs extends ModelBytes {
  /** Names of the outputs, by value. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** Rewrites a model so that it gives nothing but these values. */
export function valueOutputs(model: ModelFile, graph: GraphProto, values: readonly string[]): ValueOutputs {
  const pruned = prune(graph, values);
  const build = new NodeBuilder(opsetOf(model.proto), namesIn(pruned));
  const outputs = new Map(values.map((value) => [value, build.cast(value, 'float64')]));
  const giving = {
    ...pruned,
    node: [...pruned.node, ...build.nodes],
    output: [...outputs.values()].map((name) => create(ValueInfoProtoSchema, { name })),
  };
  return { ...withGraph(model, giving), outputs };
}

function countsOf(build: NodeBuilder, value: string): CountOutputs {
  const real = build.cast(value, 'float64');
  const difference = build.arithmetic('Sub', [real, real]);
  return { nan: unequalToItself(build, real), nonFinite: unequalToItself(build, difference) };
}

function unequalToItself(build: NodeBuilder, value: string): string {
  const unequal = build.add('Not', [build.add('Equal', [value, value])]);
  return build.add('ReduceSum', [build.cast(unequal, 'float64')], { keepdims: 0 });
}

const numbersOf = ({ opType, output }: NodeProto): string[] =>
  NOT_NUMBERS.test(opType) ? [] : output.filter((name) => name !== '');

function withGraph({ proto, externalDataFolder }: ModelFile, graph: GraphProto): ModelBytes {
  return {
    bytes: serializeModel({ ...proto, graph }),
    ...(externalDataFolder === undefined ? {} : { externalDataFolder }),
  };
}
