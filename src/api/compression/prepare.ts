import { Directions } from '../../compress/bases.js';
import { type Candidate, candidatesIn, isCandidate, type LeftAlone } from '../../compress/candidates.js';
import { type Constants, unwritable } from '../../compress/compressModel.js';
import { onlyBatches } from '../../data/batches/onlyBatches.js';
import type { FeedSource } from '../../data/feed.js';
import { constantTensors } from '../../engine/constantTensors.js';
import { observe } from '../../engine/observe.js';
import { tensorShapes } from '../../engine/tensorShapes.js';
import { UserError } from '../../errors.js';
import { instrument } from '../../instrument/instrument.js';
import { nameOutputs } from '../../instrument/nameOutputs.js';
import { shapeProbe } from '../../instrument/shapeProbe.js';
import { findLayers } from '../../layers/findLayers.js';
import { selectLayers } from '../../layers/selectLayers.js';
import { Graph } from '../../onnx/graph.js';
import { type ModelFile, opsetOf, readModelFile } from '../../onnx/modelFile.js';
import { fixedBatchSize, modelInputs } from '../../onnx/modelInput.js';
import { readMoments } from '../../run/files/momentsFile.js';
import { readRun } from '../../run/files/readRun.js';
import type { Moments } from '../../stats/moments.js';
import type { AnalyzeOptions } from '../analyze.js';
import { observationOptions } from '../observationOptions.js';
import { openedSource } from '../openedSource.js';

/** What data a compression looks at and how; the options of `analyze`. */
export type CompressionData = Pick<
  AnalyzeOptions,
  | 'data'
  | 'reader'
  | 'onError'
  | 'seed'
  | 'shapes'
  | 'dtype'
  | 'image'
  | 'csv'
  | 'layers'
  | 'exclude'
  | 'maxSamples'
  | 'every'
  | 'provider'
  | 'device'
  | 'threads'
  | 'signal'
  | 'onProgress'
  | 'onNotice'
> & {
  readonly model: string;
  /** Samples a batch (32). */
  readonly batchSize?: number;
  /** A run of this model with moments, instead of a pass over the data. */
  readonly run?: string;
  /** Keep every second batch for judging, so that the eigenvectors have not seen it. */
  readonly holdOut?: boolean;
};

/** A model with its data and what is known of its layers; close the source when done. */
export interface Prepared {
  readonly model: ModelFile;
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
  /** Which batches the eigenvectors have not seen; absent: they have seen all, or those of another pass. */
  readonly heldOut?: (batch: number) => boolean;
}

/** Since then Add broadcasts, and Gemm takes a bias without an attribute. */
const LEAST_OPSET = 7;

const isOdd = (batch: number): boolean => batch % 2 === 1;

/**
 * Opens model and data, and finds the directions of each layer's output.
 *
 * @throws UserError for everything that the user can change.
 */
export async function prepare(options: CompressionData): Promise<Prepared> {
  const model = await readModelFile(options.model);
  if (opsetOf(model.proto) < LEAST_OPSET) {
    throw new UserError(
      `the model has opset ${opsetOf(model.proto)}, whose arithmetic is another one: convert it to opset ${LEAST_OPSET} or newer`,
    );
  }
  const { layers: found } = findLayers(model);
  const chosen = new Set(selectLayers(found, options).map(({ name }) => name));
  const inputs = modelInputs(model.graph);
  const fixedBatch = fixedBatchSize(inputs);
  const batchSize = fixedBatch ?? options.batchSize ?? 32;
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
      source,
      layers,
      directions,
      constants,
      shapeSamples: shapes.samples,
      batchSize,
      fixedBatch,
      provider: moments.provider ?? options.provider,
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
  return `the model has no layer that could be made smaller${listed === '' ? '' : ` (${listed}${reasons.length > 3 ? '; …' : ''})`}`;
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

/** The moments of the layers' outputs: out of a run, or of a pass over the data. */
async function momentsOf(
  model: ModelFile,
  options: CompressionData,
  source: FeedSource,
  candidates: readonly Candidate[],
  { batchSize, fixedBatch }: { readonly batchSize: number; readonly fixedBatch: number | undefined },
): Promise<{ readonly of: ReadonlyMap<string, Moments>; readonly provider?: CompressionData['provider'] }> {
  const layers = candidates.map(({ at }) => at.layer);
  if (options.run !== undefined) {
    const names = layers.map(({ name }) => name);
    return { of: await storedMoments(options.run, model, names) };
  }
  const settings = observationOptions({ measureAt: 'cheaper' });
  const data = options.holdOut ? onlyBatches(source, (batch) => !isOdd(batch)) : source;
  const observation = await observe(instrument(model, layers, settings), data, {
    provider: options.provider ?? 'auto',
    device: options.device,
    threads: options.threads,
    batchSize,
    fixedBatch,
    wholeBatches: fixedBatch !== undefined,
    maxSamples: options.maxSamples,
    every: options.every,
    signal: options.signal,
    onProgress: options.onProgress,
    onNotice: options.onNotice,
    precision: settings.precision,
  });
  const invalid = observation.layers.find((layer) => layer.invalid);
  if (invalid) {
    throw new UserError(
      `layer ${invalid.name} gave NaN or Inf on this data: check the data and its preprocessing, or leave it out with --exclude`,
    );
  }
  const of = new Map(observation.layers.map(({ name, moments }) => [name, moments]));
  return { of, provider: observation.provider };
}

async function storedMoments(path: string, model: ModelFile, layers: readonly string[]) {
  const run = await readRun(path);
  if (run.model.sha256 !== model.sha256) {
    throw new UserError(
      `${path} is a run of ${run.model.path}, not of this model (their hashes differ): analyze this one with --moments`,
    );
  }
  if (
    run.settings.convMethod !== 'channelwise' ||
    (run.settings.linearMethod ?? 'timestepwise') !== 'timestepwise'
  ) {
    throw new UserError(
      `${path} did not observe every position of a layer's output (--conv-method ${run.settings.convMethod}, --sequence-method ${run.settings.linearMethod}): analyze again with the defaults and --moments`,
    );
  }
  const moments = await readMoments(path, run);
  const missing = layers.find((name) => !moments.has(name));
  if (missing !== undefined) {
    throw new UserError(
      `${path} has no moments of layer ${missing}: analyze again, or leave it out with --exclude`,
    );
  }
  return new Map([...moments].filter(([name]) => layers.includes(name)));
}
