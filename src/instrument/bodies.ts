import { create } from '@bufbuild/protobuf';
import { UserError } from '../errors.js';
import type { BodyStep, Layer } from '../layers/layer.js';
import { intAttribute } from '../onnx/attributes.js';
import { dataTypeOf } from '../onnx/elementType.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import { namesIn } from '../onnx/namesIn.js';
import { type GraphProto, type NodeProto, TensorProtoSchema } from '../onnx/proto/onnx_pb.js';
import { computesInFloat64 } from './computesInFloat64.js';
import { constantTensor } from './constantTensor.js';
import type { MomentOutputs } from './instrumentedModel.js';
import { addMoments } from './momentNodes.js';
import { nameOutputs } from './nameOutputs.js';
import { NodeBuilder } from './nodeBuilder.js';
import { observe } from './observe.js';
import type { InstrumentOptions } from './options.js';
import { declare } from './rewrite.js';

/** What leaves a body for each layer in it; raw moments, which add up. */
const PARTS = [
  { key: 'count', type: 'int64', rank: 0 },
  { key: 'sum', type: 'float64', rank: 1 },
  { key: 'scatter', type: 'float64', rank: 2 },
] as const;

type Part = (typeof PARTS)[number];

/** A value that is handed out of a body, one step after the other. */
interface Moment {
  readonly layer: Layer;
  readonly part: Part;
  /** Its name in the graph at hand. */
  readonly name: string;
}

/** A graph in which moments of layers in its bodies are values. */
interface Opened {
  readonly graph: GraphProto;
  readonly moments: readonly Moment[];
}

/** What is the same in all bodies. */
interface Context {
  readonly opset: number;
  readonly options: InstrumentOptions;
  readonly real: 'float32' | 'float64';
  /** Every name of the model and of what was added: a body may not call anything as it is called around it. */
  readonly taken: Set<string>;
}

/** A layer, and how far it is to it from the graph at hand. */
interface Below {
  readonly layer: Layer;
  readonly steps: readonly BodyStep[];
}

/**
 * A model whose own graph has the moments of layers that stand in bodies as values: they are computed where the layer is,
 * and leave an `If` as outputs of the branch (zero rows from the branch that is not taken), a `Loop` and a `Scan` as the
 * sum that is carried from turn to turn. What the bodies gave before they still give.
 *
 * @param layers those with `inside`.
 * @returns the model, and the names of the moments by layer.
 * @throws UserError where an option cannot be had in a body.
 */
export function broughtOut(
  model: ModelFile,
  layers: readonly Layer[],
  options: InstrumentOptions,
): { model: ModelFile; outputs: ReadonlyMap<Layer, MomentOutputs> } {
  const below = layers.flatMap((layer) => (layer.inside ? [{ layer, steps: layer.inside.steps }] : []));
  if (below.length === 0) return { model, outputs: new Map() };
  const context: Context = {
    opset: opsetOf(model.proto),
    options,
    real: computesInFloat64(model.graph) ? 'float64' : 'float32',
    taken: namesIn(model.graph),
  };
  const { graph, moments } = opened(model.graph, below, context);
  const nameOf = (layer: Layer, key: Part['key']) => {
    const found = moments.find((moment) => moment.layer === layer && moment.part.key === key);
    if (!found) throw new Error(`${key} of ${layer.name} was not handed out`);
    return found.name;
  };
  const outputs = new Map(
    below.map(({ layer }): [Layer, MomentOutputs] => [
      layer,
      {
        layer: layer.name,
        count: nameOf(layer, 'count'),
        sum: nameOf(layer, 'sum'),
        scatter: nameOf(layer, 'scatter'),
      },
    ]),
  );
  return { model: { ...model, graph, proto: { ...model.proto, graph } }, outputs };
}

function opened(graph: GraphProto, below: readonly Below[], context: Context): Opened {
  const { opset, taken, real, options } = context;
  const here = below.flatMap(({ layer, steps }) => (steps.length === 0 ? [layer] : []));
  const named = nameOutputs(graph, here);
  const [before, after] = [0, 1].map(() => new NodeBuilder(opset, taken, real));
  const moments: Moment[] = here.flatMap((layer) => {
    const matrix = observe(after, layer, options);
    const names = addMoments(after, `${layer.name}/inside`, matrix, 'float64');
    return PARTS.map((part) => ({ layer, part, name: names[part.key] }));
  });
  const node = [...named.node];
  for (const [index, under] of byNode(below)) {
    const carried = carry(node[index], under, before, context);
    node[index] = carried.node;
    moments.push(...carried.moments);
  }
  return { graph: { ...named, node: [...before.nodes, ...node, ...after.nodes] }, moments };
}

/** What is further below, by the node at hand that leads there. */
function byNode(below: readonly Below[]): Map<number, Below[]> {
  const groups = new Map<number, Below[]>();
  for (const each of below) {
    const [step] = each.steps;
    if (!step) continue;
    groups.set(step.node, [...(groups.get(step.node) ?? []), each]);
  }
  return groups;
}

/** The node, whose further outputs are the moments of the layers below it. */
function carry(
  node: NodeProto,
  below: readonly Below[],
  before: NodeBuilder,
  context: Context,
): { node: NodeProto; moments: Moment[] } {
  const attributes = [...new Set(below.map(({ steps }) => steps[0].attribute))];
  const bodies = new Map<string, Opened>();
  for (const { name, g } of node.attribute) {
    if (!g || !attributes.includes(name)) continue;
    const under = below.filter(({ steps }) => steps[0].attribute === name);
    bodies.set(
      name,
      opened(
        g,
        under.map(({ layer, steps }) => ({ layer, steps: steps.slice(1) })),
        context,
      ),
    );
  }
  const moments = [...bodies.values()].flatMap((body) => body.moments);
  // Of the model's own graph they are the outputs, which have their names by contract.
  const [{ layer, steps }] = below;
  const level = steps.length === layer.inside?.steps.length ? '' : '/inside';
  const handed = moments.map((moment) => ({
    ...moment,
    name: before.outputName(`${moment.layer.name}${level}/${moment.part.key}`),
  }));
  const outputs = handed.map(({ name }) => name);
  if (node.opType === 'If') {
    const attribute = node.attribute.map((each) =>
      each.g ? { ...each, g: branch(each.g, bodies.get(each.name), moments, context) } : each,
    );
    return { node: { ...node, attribute, output: [...node.output, ...outputs] }, moments: handed };
  }
  const [body] = bodies.values();
  const places = node.opType === 'Loop' ? loopPlaces(node) : scanPlaces(node);
  const zeros = moments.map((moment) => zero(before, moment, context, node.opType === 'Scan'));
  const turned = turn(body, moments, places, context);
  return {
    node: {
      ...node,
      attribute: node.attribute.map((each) => (each.name === 'body' ? { ...each, g: turned } : each)),
      input: inserted(node.input, places.input, zeros),
      output: inserted(node.output, places.output, outputs, () => before.unique('delve/unread')),
    },
    moments: handed,
  };
}

/** A branch that also gives the moments of both: its own, and of the other's zero rows. */
function branch(
  graph: GraphProto,
  body: Opened | undefined,
  all: readonly Moment[],
  context: Context,
): GraphProto {
  const own = new Set(body?.moments);
  const build = new NodeBuilder(context.opset, context.taken, context.real);
  const names = all.map((moment) => (own.has(moment) ? moment.name : zero(build, moment, context, false)));
  const from = body?.graph ?? graph;
  return {
    ...from,
    node: [...from.node, ...build.nodes],
    output: [...from.output, ...all.map(({ part: { type, rank } }, i) => declare(names[i], type, rank))],
  };
}

/** Where the first value that is carried from turn to turn goes behind those that are. */
interface CarriedPlaces {
  readonly input: number;
  readonly output: number;
  readonly bodyInput: number;
  readonly bodyOutput: number;
}

/** Trips and condition, then what is carried; the body takes turn and condition first and gives a condition first. */
function loopPlaces({ input }: NodeProto): CarriedPlaces {
  const carried = Math.max(0, input.length - 2);
  return { input: carried + 2, output: carried, bodyInput: carried + 2, bodyOutput: carried + 1 };
}

/** What is carried stands before what is scanned, everywhere. */
function scanPlaces(node: NodeProto): CarriedPlaces {
  const carried = Math.max(0, node.input.length - intAttribute(node, 'num_scan_inputs', 0));
  return { input: carried, output: carried, bodyInput: carried, bodyOutput: carried };
}

/** A body that adds the moments of each turn to those carried. */
function turn(
  { graph }: Opened,
  moments: readonly Moment[],
  { bodyInput, bodyOutput }: CarriedPlaces,
  { opset, taken, real }: Context,
): GraphProto {
  const build = new NodeBuilder(opset, taken, real);
  const carried = moments.map(({ name }) => build.unique(`${name}/before`));
  const sums = moments.map(({ name }, i) => build.add('Add', [carried[i], name]));
  const declared = (names: readonly string[]) => names.map((name, i) => declare(name, moments[i].part.type));
  return {
    ...graph,
    node: [...graph.node, ...build.nodes],
    input: graph.input.toSpliced(bodyInput, 0, ...declared(carried)),
    output: graph.output.toSpliced(bodyOutput, 0, ...declared(sums)),
  };
}

/** Inserts at a place; where there are fewer before it (trailing optional ones were left out), these are filled up. */
function inserted(
  list: readonly string[],
  place: number,
  more: readonly string[],
  filler: () => string = () => '',
): string[] {
  const filled = [...list];
  while (filled.length < place) filled.push(filler());
  return filled.toSpliced(place, 0, ...more);
}

/**
 * The moments of no rows: of the layer's width where that is known, otherwise of size one, to which any can be added.
 *
 * @param isFixed what is carried has to keep its shape.
 * @throws UserError where it has, and is not known.
 */
function zero(
  build: NodeBuilder,
  { layer, part: { type, rank } }: Moment,
  { options }: Context,
  isFixed: boolean,
): string {
  // A node for each: where two outputs of a branch are one value, ONNX Runtime writes only one of them.
  if (rank === 0) return build.add('Constant', [], { value: constantTensor(type, 0) });
  const width = widthOf(layer, options);
  if (width === undefined && isFixed) {
    throw new UserError(
      `layer ${layer.name} stands in the body of a Scan, where its number of features has to be known beforehand: choose another method than flatten, or leave it out with --exclude`,
    );
  }
  const size = build.constant('int64', new Array<number>(rank).fill(width ?? 1));
  const value = create(TensorProtoSchema, {
    dataType: dataTypeOf(type),
    dims: [1n],
    rawData: new Uint8Array(8),
  });
  return build.add('ConstantOfShape', [size], { value });
}

/** Features of the observations; `undefined` where positions or steps become features. */
function widthOf({ layout, features }: Layer, { convMethod, sequenceMethod }: InstrumentOptions) {
  const method = layout.kind === 'featureMap' ? convMethod : sequenceMethod;
  return method === 'flatten' ? undefined : features;
}
