import { eachBatch } from '../engine/eachBatch.js';
import { MatrixProduct } from '../engine/matrixProduct.js';
import { doublesOf } from '../engine/session/modelSession.js';
import { UserError } from '../errors.js';
import { MatrixStore } from '../files/matrixStore.js';
import { sampleOutputs } from '../instrument/sampleOutputs.js';
import { findLayers } from '../layers/findLayers.js';
import { selectLayers } from '../layers/selectLayers.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { fixedBatchSize, modelInputs } from '../onnx/modelInput.js';
import { CkaSums } from '../similarity/cka.js';
import { centredGram, LEAST_SAMPLES } from '../similarity/hsic.js';
import type { Similarity } from '../similarity/results.js';
import { meanCorrelation, whitening } from '../similarity/svcca.js';
import { momentsFrom } from '../stats/moments.js';
import type { AnalyzeOptions } from './analyzeOptions.js';
import { openedModel } from './openedModel.js';
import { openedSource } from './openedSource.js';

export interface SimilarityOptions
  extends Pick<
    AnalyzeOptions,
    | 'model'
    | 'data'
    | 'reader'
    | 'onError'
    | 'seed'
    | 'shapes'
    | 'inputs'
    | 'dtype'
    | 'image'
    | 'csv'
    | 'layers'
    | 'exclude'
    | 'operators'
    | 'maxSamples'
    | 'every'
    | 'provider'
    | 'device'
    | 'threads'
    | 'signal'
    | 'onProgress'
    | 'onNotice'
  > {
  /** A second model, which takes the same inputs. */
  readonly other?: string;
  /** Samples a batch (32): CKA is estimated within batches, without bias. */
  readonly batchSize?: number;
  /** Share of variance whose directions SVCCA compares (0.99). */
  readonly threshold?: number;
}

/** A model as its layers are compared. */
interface Side {
  readonly path: string;
  readonly model: ReturnType<typeof sampleOutputs>;
  readonly inputs: readonly string[];
  readonly names: readonly string[];
}

/**
 * Compares all layers of a model, or those of two models, by how they see the same samples: linear CKA from Gram matrices
 * that leave the graph, and SVCCA of pooled outputs.
 *
 * @throws UserError for everything that the caller can change.
 */
export async function similarity(options: SimilarityOptions): Promise<Similarity> {
  const { threshold = 0.99, signal } = options;
  if (!(threshold > 0 && threshold <= 1)) {
    throw new UserError(
      `--threshold ${threshold} is not a share of variance: give a number above 0 and up to 1`,
    );
  }
  const { model, options: opened } = await openedModel(options);
  const inputs = modelInputs(model.graph);
  const fixedBatch = fixedBatchSize(inputs);
  const batchSize = fixedBatch ?? options.batchSize ?? 32;
  if (batchSize < LEAST_SAMPLES) {
    throw new UserError(
      `CKA needs batches of ${LEAST_SAMPLES} samples or more: give a larger --batch, or export the model with an open batch axis`,
    );
  }
  const sides = [sideOf(options.model, model, options)];
  if (options.other !== undefined) sides.push(await otherSide(options.other, inputs, options));
  const source = await openedSource(opened, model, inputs);
  const store = await MatrixStore.open();
  try {
    for (const notice of source.notices ?? []) options.onNotice?.(notice);
    const [first, second] = sides;
    const sums = new CkaSums(first.names.length, second?.names.length);
    let samples = 0;
    const pass = {
      ...options,
      device: typeof options.device === 'number' ? options.device : options.device?.[0],
    };
    await eachBatch(
      sides,
      source,
      { ...pass, provider: options.provider ?? 'auto', batchSize, fixedBatch },
      async (outputs, feed) => {
        samples += feed.samples;
        for (const [s, side] of sides.entries()) {
          for (const { layer, pooled } of side.model.layers) {
            await store.append(keyOf(s, layer), finite(doublesOf(outputs[s], pooled), layer));
          }
        }
        if (feed.samples < LEAST_SAMPLES) return;
        const grams = sides.map((side, s) =>
          side.model.layers.map(({ gram, squares }) =>
            centredGram(
              varying(doublesOf(outputs[s], gram), doublesOf(outputs[s], squares)[0], feed.samples),
              feed.samples,
            ),
          ),
        );
        sums.add(grams[0], grams[1]);
      },
    );
    if (samples < LEAST_SAMPLES) {
      throw new UserError(`the data holds ${samples} samples, too few to compare layers on: give more`);
    }
    return {
      model: first.path,
      layers: first.names,
      ...(second ? { modelB: second.path, layersB: second.names } : {}),
      samples,
      cka: sums.matrix(),
      svcca: await svccaOf(sides, store, samples, threshold, signal),
    };
  } finally {
    await store.close();
    await source.close();
  }
}

function sideOf(path: string, model: ModelFile, options: SimilarityOptions): Side {
  const layers = selectLayers(findLayers(model, options.operators).layers, options);
  const inputs = modelInputs(model.graph).map(({ name }) => name);
  return { path, model: sampleOutputs(model, layers), inputs, names: layers.map(({ name }) => name) };
}

async function otherSide(
  path: string,
  inputs: ReturnType<typeof modelInputs>,
  options: SimilarityOptions,
): Promise<Side> {
  const { model } = await openedModel({ ...options, model: path });
  const theirs = modelInputs(model.graph);
  const fits = theirs.length === inputs.length && theirs.every(({ type }, i) => type === inputs[i].type);
  if (!fits) {
    const list = (all: typeof inputs) => all.map(({ name, type }) => `${name}: ${type}`).join(', ');
    throw new UserError(
      `${path} takes other inputs (${list(theirs)}) than ${options.model} (${list(inputs)}): both must take the same data`,
    );
  }
  return sideOf(path, model, options);
}

/** What varies by less than this share of the squares is rounding, as in the covariance. */
const CONSTANT_SHARE = 1e-12;

/** A Gram matrix; zeros where all samples gave the same but for rounding. */
function varying(gram: Float64Array, squares: number, samples: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < samples; i++) trace += gram[i * samples + i];
  return trace > CONSTANT_SHARE * squares ? gram : new Float64Array(gram.length);
}

const keyOf = (side: number, layer: string): string => `${side}/${layer}`;

function finite(values: Float64Array, layer: string): Float64Array {
  if (values.every(Number.isFinite)) return values;
  throw new UserError(
    `layer ${layer} gives NaN or Inf on this data: check the data and its preprocessing, or leave it out with --exclude`,
  );
}

/** The mean canonical correlations of all pairs; features are read from the disk, two layers at a time. */
async function svccaOf(
  sides: readonly Side[],
  store: MatrixStore,
  samples: number,
  threshold: number,
  signal: AbortSignal | undefined,
): Promise<(number | null)[][]> {
  const product = await MatrixProduct.open();
  try {
    const kept = new Map<string, number>();
    for (const [s, { names }] of sides.entries()) {
      for (const name of names) {
        signal?.throwIfAborted();
        kept.set(keyOf(s, name), await whiten(keyOf(s, name), store, product, samples, threshold));
      }
    }
    const columnSide = sides.length - 1;
    const [{ names: rows }, { names: columns }] = [sides[0], sides[columnSide]];
    const matrix: (number | null)[][] = rows.map(() => columns.map(() => null));
    const read = async (key: string) => ({
      rows: samples,
      columns: kept.get(key) ?? 0,
      values: await store.read(key),
    });
    for (const [i, row] of rows.entries()) {
      const a = await read(keyOf(0, row));
      for (const [j, column] of columns.entries()) {
        if (columnSide === 0 && j < i) continue;
        signal?.throwIfAborted();
        const b = await read(keyOf(columnSide, column));
        if (a.columns === 0 || b.columns === 0) continue;
        const { values } = await product.transposed(a, b);
        const value = columnSide === 0 && i === j ? 1 : meanCorrelation(values, a.columns, b.columns);
        matrix[i][j] = value;
        if (columnSide === 0) matrix[j][i] = value;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return matrix;
  } finally {
    await product.release();
  }
}

/** Puts orthonormal coordinates in the place of a layer's features; returns how many. */
async function whiten(
  key: string,
  store: MatrixStore,
  product: MatrixProduct,
  samples: number,
  threshold: number,
): Promise<number> {
  const values = await store.read(key);
  const features = values.length / samples;
  const mean = new Float64Array(features);
  for (let i = 0; i < values.length; i++) mean[i % features] += values[i] / samples;
  for (let i = 0; i < values.length; i++) values[i] -= mean[i % features];
  const x = { rows: samples, columns: features, values };
  const scatter = (await product.transposed(x, x)).values;
  const found = whitening(
    momentsFrom(
      samples,
      mean,
      scatter.map((each) => each / samples),
    ),
    threshold,
  );
  if (!found) {
    await store.replace(key, new Float64Array(0));
    return 0;
  }
  // Z = X M, written as (Xᵀ)ᵀ M.
  const turned = new Float64Array(values.length);
  for (let i = 0; i < samples; i++)
    for (let f = 0; f < features; f++) turned[f * samples + i] = values[i * features + f];
  const coordinates = await product.transposed(
    { rows: features, columns: samples, values: turned },
    { rows: features, columns: found.kept, values: found.map },
  );
  await store.replace(key, coordinates.values);
  return found.kept;
}
