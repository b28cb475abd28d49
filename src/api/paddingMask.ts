import { type ProbeInput, tensorShapes } from '../engine/tensorShapes.js';
import { messageOf, UserError } from '../errors.js';
import { shapeProbe } from '../instrument/shapeProbe.js';
import { inMainGraph, type Layer } from '../layers/layer.js';
import { maskedAxes, type PaddingMask, usualMask } from '../layers/paddingMask.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { fixedBatchSize, type ModelInput, modelInputs } from '../onnx/modelInput.js';
import { counted, namesListed } from '../text/numbers.js';

/** Sizes that no model has for another reason. */
const RUNS = [
  { samples: 3, positions: 13 },
  { samples: 2, positions: 17 },
] as const;

/** Layers with what is known of the padding in their outputs. */
export interface MaskedLayers {
  readonly layers: readonly Layer[];
  /** The input that tells the padding; absent where there is none. */
  readonly mask?: string;
  /** What there is to say, in words for people. */
  readonly notices: readonly string[];
}

/**
 * Finds out which layers hold the positions that a mask calls padding, by two runs on shapes of their own.
 *
 * @param asked the input that is a mask; `false`: none is; absent: one that is called as masks are.
 * @throws UserError where the model has no such input.
 */
export async function maskedLayers(
  model: ModelFile,
  layers: readonly Layer[],
  asked: string | false | undefined,
): Promise<MaskedLayers> {
  const inputs = modelInputs(model.graph);
  const mask = asked === false ? undefined : asked === undefined ? usualMask(inputs) : named(asked, inputs);
  if (!mask) return { layers, notices: [] };
  const reachable = layers.filter(inMainGraph);
  const values = reachable.map(({ output }) => output);
  const atInputs = reachable.flatMap(({ linearMap }) => (linearMap ? [linearMap.input] : []));
  const probed = [...new Set([...values, ...atInputs])];
  const found: Map<string, readonly number[]>[] = [];
  const runs: { samples: number; positions: number }[] = [];
  try {
    for (const run of RUNS) {
      const fed = probeInputs(inputs, mask.input, run);
      const [samples, positions] = fed.find(({ name }) => name === mask.input)?.dims ?? [];
      found.push(await tensorShapes(shapeProbe(model, reachable, probed), fed));
      runs.push({ samples, positions });
    }
  } catch (error) {
    if (asked !== undefined) throw error;
    return {
      layers,
      notices: [
        `which layers hold what ${mask.input} calls padding could not be found out (${messageOf(error)}): padded positions count as observations`,
      ],
    };
  }
  const axesOf = (value: string, { layout: { kind } }: Layer) =>
    kind === 'featureMap' || kind === 'featuresLast'
      ? maskedAxes(
          found.map((shapes) => shapes.get(value)),
          runs,
          kind,
        )
      : undefined;
  const told = layers.map((layer): Layer => {
    if (!inMainGraph(layer)) return layer;
    const axes = axesOf(layer.output, layer);
    if (!axes) return layer;
    // Measured at its input a layer has to hold the positions there in the same way.
    const same = !layer.linearMap || axesOf(layer.linearMap.input, layer) === axes;
    const { linearMap, ...rest } = layer;
    return { ...rest, ...(same && linearMap ? { linearMap } : {}), mask: { input: mask.input, axes } };
  });
  const count = told.filter((layer) => layer.mask !== undefined).length;
  if (count === 0) return { layers, notices: [] };
  return {
    layers: told,
    mask: mask.input,
    notices: [
      `padding (zero in ${mask.input}) is no observation of ${count} of ${counted(layers.length, 'layer')}`,
    ],
  };
}

function named(name: string, inputs: readonly ModelInput[]): PaddingMask {
  const input = inputs.find((each) => each.name === name);
  if (!input) {
    throw new UserError(
      `--mask ${name}: the model has no such input (its inputs: ${namesListed(inputs.map((each) => each.name))})`,
    );
  }
  if (input.shape !== undefined && input.shape.length !== 2) {
    throw new UserError(
      `--mask ${name}: a mask is [samples, positions], and this input has ${input.shape.length} axes`,
    );
  }
  return { input: name, type: input.type };
}

/** Open axes that share a name with one of the mask's have its size; those without a name, where they stand like it. */
function probeInputs(
  inputs: readonly ModelInput[],
  mask: string,
  { samples, positions }: { readonly samples: number; readonly positions: number },
): ProbeInput[] {
  const shape = inputs.find(({ name }) => name === mask)?.shape;
  const sequence = shape?.[1];
  const batch = fixedBatchSize(inputs) ?? samples;
  const length = typeof sequence === 'number' && sequence > 0 ? sequence : positions;
  return inputs.map(({ name, type, shape: own = [null, null] }) => ({
    name,
    type,
    dims: own.map((size, axis) => {
      if (typeof size === 'number' && size > 0) return size;
      if (axis === 0) return batch;
      const isPositions = typeof size === 'string' ? size === sequence : axis === 1;
      return isPositions || axis === 1 ? length : 1;
    }),
  }));
}
