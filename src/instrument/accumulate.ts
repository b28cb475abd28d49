import { create } from '@bufbuild/protobuf';
import { opsetOf } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  TensorShapeProto_DimensionSchema,
  type TypeProto,
  type ValueInfoProto,
} from '../onnx/proto/onnx_pb.js';
import { renameValues } from '../onnx/renameValues.js';
import type { MomentOutputs } from './instrumentedModel.js';
import { NodeBuilder } from './nodeBuilder.js';
import { declare } from './rewrite.js';

/** From this opset on the shape of what a `Loop` carries may change: sums start from a zero that fits any. */
export const ACCUMULATION_OPSET = 11;

/** The first IR version in which a body may have weights that are no inputs. */
const FREE_WEIGHTS_IR = 4n;

/**
 * A model that gives the moments of several batches in one run: every input has a leading axis of batches, and the
 * outputs, which keep their names, are sums over them. Moments about a shift become raw ones; their `shift` is no output
 * any more.
 *
 * The whole graph becomes the body of a `Loop`, which takes up one batch after the other and carries the sums. The
 * weights stand inside the body: outside, convolutions would not be optimised as they are in the graph as it was.
 *
 * @param model an instrumented model, of opset 11 or newer.
 * @param layers its outputs.
 * @param batches how many it takes in one run; absent: any number.
 */
export function accumulated(
  model: ModelProto,
  layers: readonly MomentOutputs[],
  batches?: number,
): ModelProto {
  const { graph } = model;
  if (!graph) throw new TypeError('a model without a graph');
  const opset = opsetOf(model);
  const outer = new NodeBuilder(opset, namesIn(graph));
  const weights = new Set([
    ...graph.initializer.map(({ name }) => name),
    ...graph.sparseInitializer.map(({ values }) => values?.name),
  ]);
  const inputs = graph.input.filter(({ name }) => !weights.has(name));
  const [first] = inputs;
  const trips = first ? outer.dimension(first.name, 0) : outer.constant('int64', 1);

  const totals = layers.flatMap(({ count, sum, scatter }) => [
    { name: count, type: 'int64', rank: 0, zero: outer.constant('int64', 0) } as const,
    { name: sum, type: 'float64', rank: 1, zero: outer.constant('float64', [0]) } as const,
    { name: scatter, type: 'float64', rank: 2, zero: outer.constant('float64', [0]) } as const,
  ]);
  const summed = new Set<string>(totals.map(({ name }) => name));
  const shifts = new Set(layers.map(({ shift }) => shift));
  // What else the model gives is given for each batch.
  const scanned = graph.output.filter(({ name }) => !summed.has(name) && !shifts.has(name));
  const body = bodyOf(graph, layers, inputs, totals, scanned, new NodeBuilder(opset, takenBy(graph, outer)));
  outer.addWithOutputs(
    'Loop',
    [trips, '', ...totals.map(({ zero }) => zero)],
    {},
    [...totals, ...scanned].map(({ name }) => name),
  );
  const loop = outer.nodes[outer.nodes.length - 1];
  loop.attribute = [bodyAttribute(body)];
  return {
    ...model,
    irVersion: model.irVersion < FREE_WEIGHTS_IR ? FREE_WEIGHTS_IR : model.irVersion,
    graph: create(GraphProtoSchema, {
      name: graph.name,
      docString: graph.docString,
      node: outer.nodes,
      input: inputs.map((input) => withLeadingAxis(input, batches)),
      output: [
        ...totals.map(({ name, type, rank }) => declare(name, type, rank)),
        ...scanned.map((output) => withLeadingAxis(output, batches)),
      ],
    }),
  };
}

/** Totals of each layer: count, sum and scatter. */
const PER_LAYER = 3;

interface Total {
  readonly name: string;
  readonly type: 'int64' | 'float64';
}

function bodyOf(
  graph: GraphProto,
  layers: readonly MomentOutputs[],
  inputs: readonly ValueInfoProto[],
  totals: readonly Total[],
  scanned: readonly ValueInfoProto[],
  build: NodeBuilder,
): GraphProto {
  // Inside, the values of one batch have names of their own: a body may not call anything as it is called outside.
  const inner = new Map(
    [...inputs, ...graph.output].map(({ name }) => [
      name,
      build.unique(`delve/batch/${name.replace(/^delve\//, '')}`),
    ]),
  );
  const innerName = (name: string) => inner.get(name) ?? name;
  const [index, going] = [build.unique('delve/batch'), build.unique('delve/going')];
  for (const { name } of inputs) build.add('Gather', [name, index], { axis: 0 }, innerName(name));
  build.nodes.push(...renameValues(graph.node, inner));
  const carried = totals.map(({ name }) => build.unique(`${name}/before`));
  // From the last layer to the first, so that they run from the first to the last: see `rewriteProto`.
  const next = layers
    .map((layer, i) => ({ layer, before: carried.slice(i * PER_LAYER, (i + 1) * PER_LAYER) }))
    .reverse()
    .map(({ layer, before }) =>
      rawMoments(build, layer, innerName).map((value, k) => build.add('Add', [before[k], value])),
    )
    .reverse()
    .flat();
  const goesOn = build.add('Identity', [going]);
  return create(GraphProtoSchema, {
    name: 'delve/batches',
    node: build.nodes,
    initializer: graph.initializer,
    sparseInitializer: graph.sparseInitializer,
    quantizationAnnotation: graph.quantizationAnnotation,
    input: [
      declare(index, 'int64', 0),
      declare(going, 'bool', 0),
      ...totals.map(({ type }, i) => declare(carried[i], type)),
    ],
    output: [
      declare(goesOn, 'bool', 0),
      ...totals.map(({ type }, i) => declare(next[i], type)),
      ...scanned.map((output) => ({ ...output, name: innerName(output.name) })),
    ],
    valueInfo: [...graph.valueInfo, ...inputs].map((value) => ({ ...value, name: innerName(value.name) })),
  });
}

/** Count, sum and scatter of one batch, as raw moments: s = s′ + n c and S = S′ + c s′ᵀ + s′ cᵀ + n c cᵀ. */
function rawMoments(
  build: NodeBuilder,
  { count, sum, scatter, shift }: MomentOutputs,
  inner: (name: string) => string,
): string[] {
  const [n, s, product] = [count, sum, scatter].map(inner);
  if (shift === undefined) return [n, s, product];
  const c = inner(shift);
  const rawSum = build.add('Add', [s, build.add('Mul', [build.cast(n, 'float64'), c])]);
  const outerProduct = (a: string, b: string) =>
    build.add('Mul', [build.unsqueeze(a, [1]), build.unsqueeze(b, [0])]);
  const shifted = build.add('Add', [outerProduct(c, s), outerProduct(rawSum, c)]);
  return [n, rawSum, build.add('Add', [product, shifted])];
}

function takenBy(graph: GraphProto, { nodes }: NodeBuilder): Set<string> {
  return new Set([...namesIn(graph), ...nodes.flatMap(({ name, output }) => [name, ...output])]);
}

function bodyAttribute(body: GraphProto): AttributeProto {
  return create(AttributeProtoSchema, { name: 'body', type: AttributeType.GRAPH, g: body });
}

function withLeadingAxis(input: ValueInfoProto, batches: number | undefined): ValueInfoProto {
  const value = input.type?.value;
  if (!input.type || value?.case !== 'tensorType' || !value.value.shape) return input;
  const { shape } = value.value;
  const leading = create(
    TensorShapeProto_DimensionSchema,
    batches === undefined ? {} : { value: { case: 'dimValue', value: BigInt(batches) } },
  );
  const type: TypeProto = {
    ...input.type,
    value: {
      case: 'tensorType',
      value: {
        ...value.value,
        shape: { ...shape, dim: [leading, ...shape.dim] },
      },
    },
  };
  return { ...input, type };
}
