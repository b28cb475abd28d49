import { type ModelCost, modelCost, unknownCost } from '../cost/modelCost.js';
import { type GivenShapes, leavesOpen, sampleDims, shapeExample } from '../data/sampleDims.js';
import { type ProbeInput, tensorShapes } from '../engine/tensorShapes.js';
import { messageOf, UserError } from '../errors.js';
import { nameOutputs } from '../instrument/nameOutputs.js';
import { shapeProbe } from '../instrument/shapeProbe.js';
import { inMainGraph, type Layer } from '../layers/layer.js';
import { constantValue } from '../onnx/constantShape.js';
import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { fixedBatchSize, type ModelInput, modelInputs } from '../onnx/modelInput.js';

/** What a model costs at these shapes of its inputs, a sample. */
export interface CostAtShapes extends ModelCost {
  /** Without the batch axis, by input. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
}

/** Operators that give no tensors, of which nothing has a shape. */
const withoutShape = /^(?:Sequence|SplitToSequence|Optional)|^(?:If|Loop|Scan|ConcatFromSequence)$/;

/**
 * Shapes, operations and receptive fields, by one run of the model on zeros.
 *
 * @returns in words, why they cannot be known.
 * @throws UserError where a given shape contradicts the model, or names no input of it.
 */
export async function costOf(
  model: ModelFile,
  all: readonly Layer[],
  given: GivenShapes,
): Promise<CostAtShapes | string> {
  const layers = all.filter(inMainGraph);
  const inputs = modelInputs(model.graph);
  const unknown = Object.keys(given).find((name) => inputs.every((input) => input.name !== name));
  if (unknown !== undefined) {
    throw new UserError(
      `--shape ${unknown}: the model has no such input (its inputs: ${inputs.map(({ name }) => name).join(', ')})`,
    );
  }
  const open = inputs.filter((input) => input.shape?.length !== 0 && !sampleDims(input, given));
  if (open.length > 0) {
    return `${leavesOpen(open[0])}: output shapes, MACs and receptive fields need ${open.map(shapeExample).join(' ')}`;
  }
  const text = inputs.find(({ type }) => type === 'string');
  if (text) return `input ${text.name} takes strings, which are not made up`;
  const graph = new Graph(nameOutputs(model.graph, layers), model.proto);
  try {
    const samples = fixedBatchSize(inputs) ?? 1;
    const fed = inputs.map((input) => probeInput(input, given, samples));
    const shapes = await shapesOf(model, graph, layers, fed);
    for (const { name, dims } of fed) shapes.set(name, dims);
    const names = inputs.map(({ name }) => name);
    const cost = modelCost(graph, layers, shapes, names, samples);
    const known = new Map(layers.map((layer, i) => [layer, cost.layers[i]]));
    return {
      ...cost,
      // How often a body runs is for the data to say.
      layers: all.map((layer) => known.get(layer) ?? unknownCost),
      inputShapes: Object.fromEntries(fed.map(({ name, dims }) => [name, dims.slice(1)])),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // Shapes that the user gave are for the user to change; the model's own are not.
    if (Object.keys(given).length > 0) throw error;
    return `the model does not run on zeros (${messageOf(error)})`;
  }
}

function probeInput(input: ModelInput, given: GivenShapes, samples: number): ProbeInput {
  const { name, type, shape } = input;
  const dims = shape?.length === 0 ? [] : [samples, ...(sampleDims(input, given) ?? [])];
  return { name, type, dims };
}

/** All shapes; only those of the layers where the runtime does not take the rest (values that are no tensors). */
async function shapesOf(
  model: ModelFile,
  graph: Graph,
  layers: readonly Layer[],
  inputs: readonly ProbeInput[],
): Promise<Map<string, readonly number[]>> {
  const outputs = layers.map(({ output }) => output);
  const all = graph.proto.node
    .filter(({ opType }) => !withoutShape.test(opType))
    .flatMap(({ output }) => output.filter((name) => name !== '' && !constantValue(graph, name)));
  try {
    return await tensorShapes(shapeProbe(model, layers, [...new Set([...all, ...outputs])]), inputs);
  } catch {
    return tensorShapes(shapeProbe(model, layers, [...new Set(outputs)]), inputs);
  }
}
