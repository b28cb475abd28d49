import { Directions } from '../../compress/bases.js';
import { type Candidate, candidatesIn, isCandidate, type LeftAlone } from '../../compress/candidates.js';
import { type Constants, unwritable } from '../../compress/compressModel.js';
import type { StoredDirections } from '../../compress/results.js';
import type { FeedSource } from '../../data/feed.js';
import type { ClassNames } from '../../data/labels/classNames.js';
import { constantTensors } from '../../engine/constantTensors.js';
import { tensorShapes } from '../../engine/tensorShapes.js';
import { UserError } from '../../errors.js';
import { withConstantInputs } from '../../instrument/constantInputs.js';
import { nameOutputs } from '../../instrument/nameOutputs.js';
import { shapeProbe } from '../../instrument/shapeProbe.js';
import { findLayers } from '../../layers/findLayers.js';
import { selectLayers } from '../../layers/selectLayers.js';
import { Graph } from '../../onnx/graph.js';
import { type ModelFile, opsetOf, readModelFile } from '../../onnx/modelFile.js';
import { fixedBatchSize, modelInputs } from '../../onnx/modelInput.js';
import { classNamesOf } from '../labelAccuracy.js';
import { openedSource } from '../openedSource.js';
import type { CompressionData } from './compressionData.js';
import { isOdd, momentsOf } from './layerMoments.js';

/** A model with its data and what is known of its layers; close the source when done. */
export interface Prepared {
  /** With what `inputs` says in place of inputs. */
  readonly model: ModelFile;
  /** As it stands on disk. */
  readonly original: ModelFile;
  readonly source: FeedSource;
  /** In graph order. */
  readonly layers: readonly (Candidate | LeftAlone)[];
  readonly directions: ReadonlyMap<string, Directions>;
  readonly constants: Constants;
  /** Samples of the batch that `macs` of the layers are counted for. */
  readonly shapeSamples: number;
  readonly batchSize: number;
  readonly fixedBatch: number | undefined;
  /** What the models are compared on: what the first pass ran on, where there was one. */
  readonly provider: CompressionData['provider'];
  /** Of the model's classes, in the order of its output, where somebody says them. */
  readonly classNames: ClassNames | undefined;
  /** Where the eigenvectors come from, if not from `source`. */
  readonly run?: StoredDirections;
  /** Which batches the eigenvectors have not seen; absent: they have seen all, or those of another pass. */
  readonly heldOut?: (batch: number) => boolean;
}

/** Since then Add broadcasts, and Gemm takes a bias without an attribute. */
const LEAST_OPSET = 7;

/**
 * Opens model and data, and finds the directions of each layer's output.
 *
 * @throws UserError for everything that the user can change.
 */
export async function prepare(given: CompressionData): Promise<Prepared> {
  const original = await readModelFile(given.model);
  const { model, shapes: open } = withConstantInputs(original, given.inputs ?? {}, given.shapes);
  const options = { ...given, shapes: open };
  if (opsetOf(model.proto) < LEAST_OPSET) {
    throw new UserError(
      `the model has opset ${opsetOf(model.proto)}, whose arithmetic is another one: convert it to opset ${LEAST_OPSET} or newer`,
    );
  }
  const { layers: found } = findLayers(model);
  if (found.length === 0) throw new UserError(nothingToFactor([]));
  const chosen = new Set(selectLayers(found, options).map(({ name }) => name));
  const inputs = modelInputs(model.graph);
  const fixedBatch = fixedBatchSize(inputs);
  const batchSize = fixedBatch ?? options.batchSize ?? 32;
  const classNames = await classNamesOf(options.classes, model);
  const source = await openedSource(options, model, inputs);
  try {
    const shapes = await shapesFor(model, found, source, fixedBatch);
    const graph = new Graph(nameOutputs(model.graph, found), model.proto);
    const all = candidatesIn(graph, found, shapes.of);
    const candidates = all.filter(isCandidate);
    const constants = await constantTensors(model, [
      ...new Set(candidates.flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias]))),
    ]);
    const layers = all.map((each) => {
      const reason = isCandidate(each) ? unwritable(each, constants) : undefined;
      return isCandidate(each) && reason !== undefined
        ? { layer: each.at.layer, reason, macs: each.macs }
        : each;
    });
    const wanted = layers.filter(isCandidate).filter(({ at }) => chosen.has(at.layer.name));
    if (wanted.length === 0) throw new UserError(nothingToFactor(layers));
    const moments = await momentsOf(model, options, source, wanted, {
      batchSize,
      fixedBatch,
    });
    const directions = new Map([...moments.of].map(([name, each]) => [name, new Directions(each)]));
    return {
      model,
      original,
      source,
      layers,
      directions,
      constants,
      shapeSamples: shapes.samples,
      batchSize,
      fixedBatch,
      provider: moments.provider ?? options.provider,
      classNames,
      ...(moments.run ? { run: moments.run } : {}),
      ...(options.holdOut && options.run === undefined ? { heldOut: isOdd } : {}),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

function nothingToFactor(layers: readonly (Candidate | LeftAlone)[]): string {
  const reasons = layers.flatMap((each) => (isCandidate(each) ? [] : [`${each.layer.name}: ${each.reason}`]));
  const listed = reasons.slice(0, 3).join('; ');
  const why = listed === '' ? 'it has no convolution and no product with a weight' : listed;
  return `the model has no layer that could be made smaller (${why}${reasons.length > 3 ? '; …' : ''}): export it with its weights, or give another one`;
}

/** Shapes of all values at the shape that the data has: that of its first batch of one. */
async function shapesFor(
  model: ModelFile,
  layers: Parameters<typeof shapeProbe>[1],
  source: FeedSource,
  fixedBatch: number | undefined,
) {
  const samples = fixedBatch ?? 1;
  for await (const { tensors, samples: given } of source.feeds({ batchSize: samples, maxSamples: samples })) {
    const inputs = Object.entries(tensors).map(([name, { type, dims }]) => ({
      name,
      type,
      dims: dims.map((size, axis) => (axis === 0 && size === given ? samples : size)),
    }));
    const graph = nameOutputs(model.graph, layers);
    const values = new Set([
      ...layers.map(({ output }) => output),
      ...graph.node
        .filter(({ opType }) => /^(Conv|ConvTranspose|Gemm|MatMul)$/.test(opType))
        .map(({ input }) => input[0]),
    ]);
    const computed = new Set(graph.node.flatMap(({ output }) => output));
    const asked = [...values].filter((name) => computed.has(name));
    const of = await tensorShapes(shapeProbe(model, layers, asked), inputs);
    for (const { name, dims } of inputs) of.set(name, dims);
    return { of, samples };
  }
  throw new UserError('the data holds no sample: pass a source that does');
}
