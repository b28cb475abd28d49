import { intAttribute, intsAttribute } from '../onnx/attributes.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { namesRead } from '../onnx/walk.js';
import { isFixedDecoder } from './fixedDecoder.js';
import { inMainGraph, type Layer, layersByIndex } from './layer.js';
import { mainNode } from './mainNode.js';
import { type LayerRole, layerRoles } from './roles.js';
import { storedWeight } from './storedWeight.js';

/**
 * A layer, or an operator in which paths from several layers meet, with all that a reading needs to know of it besides
 * its numbers. Fields that say nothing special are left out.
 */
export interface StructureNode {
  /** The layer's name; that of a meeting is of no layer. */
  readonly id: string;
  readonly op: string;
  /** Absent for layers. */
  readonly isJoin?: true;
  /** Where its values come from: other ids, or `input` for the model's own inputs. */
  readonly inputs: readonly string[];
  /** An output of the model is made of its values without another node of this list. */
  readonly isOutput?: true;
  /** Feature maps were enlarged on a way that leads here, or are by this layer itself. */
  readonly isEnlarged?: true;
  readonly features?: number;
  /** How many features a layer reads, all groups together. */
  readonly inputFeatures?: number;
  /** Where it is more than one. */
  readonly groups?: number;
  /** Of convolutions: its size along each axis. */
  readonly kernel?: readonly number[];
  readonly role?: LayerRole;
  /** The first layer that has the same weight, where this is a later one. */
  readonly sharesWeightOf?: string;
  /** A fixed convolution that decodes boxes: nothing in it was learned. */
  readonly isDecoder?: true;
  /** An operator that was asked for by name; the operator makes no layer by itself. */
  readonly isRequested?: true;
  /** A layer in a body of `If`, `Loop` or `Scan`: where it stands among the others is not told. */
  readonly isInside?: true;
}

const MODEL_INPUT = 'input';

/** They tell how large something is, not what it holds: no values flow through them. */
const SIZES = new Set(['Shape', 'Size']);

interface Flow {
  readonly id: string;
  readonly isEnlarged: boolean;
}

/**
 * The model as its readings see it: every layer, observed or not, and where paths meet, in graph order. Takes time
 * proportional to the model.
 *
 * @param all layers of the model.
 */
export function structureOf(model: ModelFile, all: readonly Layer[]): StructureNode[] {
  const layers = all.filter(inMainGraph);
  const graph = new Graph(model.graph, model.proto);
  const byOutput = new Map(layers.map((layer) => [layer.output, layer]));
  const byIndex = layersByIndex(layers);
  const names = new Set([MODEL_INPUT, ...layers.map(({ name }) => name)]);
  const flows = new Map<string, Flow>();
  for (const { name } of model.graph.input) {
    if (!graph.initializer(name)) flows.set(name, { id: MODEL_INPUT, isEnlarged: false });
  }
  const roles = layerRoles(graph, layers);
  const firstOfWeight = new Map<string, string>();
  const nodes: StructureNode[] = [];
  model.graph.node.forEach((node, index) => {
    if (SIZES.has(node.opType)) return;
    const read = [...namesRead(node)].flatMap((name) => flows.get(name) ?? []);
    const inputs = [...new Set(read.map(({ id }) => id))];
    const layer = byIndex.get(index) ?? node.output.map((name) => byOutput.get(name)).find((found) => found);
    const isEnlarged = enlarges(node, inputs) || read.some((flow) => flow.isEnlarged);
    const marks = isEnlarged ? ({ isEnlarged } as const) : {};
    let id: string | undefined = inputs[0];
    if (layer) {
      id = layer.name;
      const main = mainNode(graph, layer) ?? node;
      const weight = storedWeight(graph, main);
      const first = weight === undefined ? undefined : firstOfWeight.get(weight);
      if (weight !== undefined && first === undefined) firstOfWeight.set(weight, id);
      nodes.push({
        id,
        op: layer.op,
        inputs,
        ...marks,
        ...shapeFacts(layer, main),
        ...(roles.has(layer) ? { role: roles.get(layer) } : {}),
        ...(first !== undefined ? { sharesWeightOf: first } : {}),
        ...(isFixedDecoder(main, graph) ? { isDecoder: true } : {}),
        ...(layer.isRequested ? { isRequested: true } : {}),
      });
    } else if (inputs.length > 1) {
      id = freeName(names, `${node.opType}_${index}`);
      nodes.push({ id, op: node.opType, isJoin: true, inputs, ...marks });
    }
    if (id === undefined) return;
    for (const name of node.output) if (name !== '') flows.set(name, { id, isEnlarged });
  });
  const last = new Set(model.graph.output.flatMap(({ name }) => flows.get(name)?.id ?? []));
  const inBodies = all.flatMap(({ name, op, inside }): StructureNode[] =>
    inside ? [{ id: name, op, inputs: [], isInside: true }] : [],
  );
  return [
    ...nodes.map((node) => (last.has(node.id) ? { ...node, isOutput: true as const } : node)),
    ...inBodies,
  ];
}

function enlarges(node: NodeProto, inputs: readonly string[]): boolean {
  // What resizes the model's inputs is preprocessing.
  if (inputs.every((id) => id === MODEL_INPUT)) return false;
  if (['Resize', 'Upsample', 'DepthToSpace', 'MaxUnpool'].includes(node.opType)) return true;
  if (node.opType !== 'ConvTranspose') return false;
  return (intsAttribute(node, 'strides') ?? []).some((stride) => stride > 1);
}

function shapeFacts({ features, weightShape, op }: Layer, node: NodeProto): Partial<StructureNode> {
  const facts = features === undefined ? {} : { features };
  if (!weightShape) return facts;
  if (!op.includes('Conv')) {
    // A matrix: what is not the features is what it reads. Of a square one both are the same.
    const [a, b] = weightShape.slice(-2);
    const inputFeatures = weightShape.length === 2 && features !== undefined ? (a * b) / features : undefined;
    return inputFeatures !== undefined && Number.isInteger(inputFeatures)
      ? { ...facts, inputFeatures }
      : facts;
  }
  const groups = intAttribute(node, 'group', 1);
  const inputFeatures = op === 'ConvTranspose' ? weightShape[0] : weightShape[1] * groups;
  return { ...facts, inputFeatures, ...(groups > 1 ? { groups } : {}), kernel: weightShape.slice(2) };
}

function freeName(taken: Set<string>, wanted: string): string {
  let name = wanted;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
}
