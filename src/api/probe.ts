import { uniformNumbers } from '../data/readers/randomNumbers.js';
import { eachBatch } from '../engine/eachBatch.js';
import { doublesOf } from '../engine/session/modelSession.js';
import { UserError } from '../errors.js';
import { MatrixStore } from '../files/matrixStore.js';
import { fitsGrid, pooledOutputs } from '../instrument/pooledOutputs.js';
import { findLayers } from '../layers/findLayers.js';
import type { Layer } from '../layers/layer.js';
import { selectLayers } from '../layers/selectLayers.js';
import { fixedBatchSize, modelInputs } from '../onnx/modelInput.js';
import type { Probe } from '../probe/results.js';
import { type Split, splitByClass } from '../probe/split.js';
import { readRun } from '../run/files/readRun.js';
import type { Run } from '../run/schema.js';
import { counted, listed, percent } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { analyze } from './analyze.js';
import type { AnalyzeOptions } from './analyzeOptions.js';
import { openedModel } from './openedModel.js';
import { openedSource } from './openedSource.js';
import { fitLayers } from './probing/fitLayers.js';

export interface ProbeOptions
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
    | 'labels'
    | 'classes'
    | 'inOrder'
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
  /** A run of this model, whose saturations stand beside the accuracies; absent: one is made in a pass before. */
  readonly run?: string;
  /** Samples a batch (32). */
  readonly batchSize?: number;
  /** The share of each class that the classifiers are scored on (0.25). */
  readonly heldOut?: number;
  /** Cells along the axes of feature maps; absent: the mean over all positions. */
  readonly pool?: readonly number[];
  /** Strength of the penalty on the weights (1). */
  readonly l2?: number;
  /** Called before each layer is fitted. */
  readonly onLayer?: (done: number, layers: number) => void;
}

/** Fewer held-out samples a class than this leave more than ten points of noise on each. */
const FEW_A_CLASS = 20;

/**
 * Fits a linear classifier (multinomial logistic regression) to the pooled output of every layer, and scores it on
 * samples that it was not trained on.
 *
 * @throws UserError for everything that the caller can change.
 */
export async function probe(options: ProbeOptions): Promise<{ readonly probe: Probe; readonly run: Run }> {
  const { heldOut = 0.25, l2 = 1, seed = 0, pool, signal } = options;
  if (!(heldOut > 0 && heldOut < 1)) {
    throw new UserError(`--held-out ${heldOut} is not a share: give a number between 0 and 1, such as 0.25`);
  }
  if (!(l2 >= 0 && Number.isFinite(l2))) throw new UserError(`--l2 ${l2} is not a strength: give 0 or more`);
  const { model, options: opened } = await openedModel(options);
  const layers = selectLayers(findLayers(model, options.operators).layers, options);
  if (pool && !layers.some((layer) => fitsGrid(layer, pool))) {
    throw new UserError(
      `--pool ${pool.join('x')} fits no layer: none has a feature map with ${pool.length === 1 ? 'one axis' : `${pool.length} axes`} of positions; leave it out`,
    );
  }
  const rewritten = pooledOutputs(model, layers, pool);
  const given = options.run === undefined ? undefined : await runOf(options.run, model.sha256);
  const inputs = modelInputs(model.graph);
  const fixedBatch = fixedBatchSize(inputs);
  const source = await openedSource(opened, model, inputs);
  const store = await MatrixStore.open();
  try {
    if (!source.labelled) throw new UserError(noLabels(source.source));
    const run = given ?? (await analyze({ ...options, batchSize: fixedBatch ?? options.batchSize }));
    const labels: (string | undefined)[] = [];
    const broken = new Set<string>();
    await eachBatch(
      [{ model: rewritten, inputs: inputs.map(({ name }) => name) }],
      source,
      {
        ...options,
        device: typeof options.device === 'number' ? options.device : options.device?.[0],
        provider: options.provider ?? 'auto',
        batchSize: fixedBatch ?? options.batchSize ?? 32,
        fixedBatch,
        onProgress: (progress) => options.onProgress?.(given ? progress : { ...progress, pass: 2 }),
      },
      async ([outputs], feed) => {
        for (let i = 0; i < feed.samples; i++) labels.push(feed.labels?.[i]);
        for (const { layer, pooled } of rewritten.layers) {
          const values = doublesOf(outputs, pooled);
          if (!values.every(Number.isFinite)) broken.add(layer);
          if (!broken.has(layer)) await store.append(layer, values);
        }
      },
    );
    const split = splitByClass(labels, heldOut, uniformNumbers(seed));
    requireEnough(split, source.source);
    const fitted = await fitLayers(layers, store, split, { l2, broken, signal, onLayer: options.onLayer });
    return {
      run,
      probe: {
        ...{ model: options.model, data: source.source, layers: fitted, classes: split.classes },
        samples: countOf(split, 'train'),
        heldOut: countOf(split, 'heldOut'),
        guessing: mostFrequent(split) / countOf(split, 'heldOut'),
        ...{ seed, l2, pool: pool ?? null },
        warnings: [...doubtsAbout(split), ...notPooled(layers, pool)],
      },
    };
  } finally {
    await store.close();
    await source.close();
  }
}

async function runOf(path: string, sha256: string): Promise<Run> {
  const run = await readRun(path);
  if (run.model.sha256 === sha256) return run;
  throw new UserError(
    `${path} is a run of ${run.model.path}, not of this model (their hashes differ): leave --run out, or analyze this model`,
  );
}

const noLabels = (source: string): string =>
  `${source} has no labels to probe for: give a folder for each class, --labels <file>, or --label-column of a table`;

const countOf = ({ parts }: Split, part: Split['parts'][number]): number =>
  parts.reduce((sum, each) => sum + (each === part ? 1 : 0), 0);

function heldOutByClass({ classes, labels, parts }: Split): number[] {
  const counts = classes.map(() => 0);
  for (const [i, part] of parts.entries()) if (part === 'heldOut') counts[labels[i]]++;
  return counts;
}

const mostFrequent = (split: Split): number => Math.max(...heldOutByClass(split));

function requireEnough(split: Split, source: string): void {
  if (split.classes.length < 2) {
    const [only] = split.classes;
    throw new UserError(
      only === undefined
        ? noLabels(source)
        : `all samples of ${source} have the label ${printable(only)}: a probe tells classes apart, so give two or more`,
    );
  }
  if (countOf(split, 'heldOut') === 0) {
    throw new UserError(
      `no class of ${source} has two samples, so that none is left to score on: give more samples a class`,
    );
  }
}

function doubtsAbout(split: Split): string[] {
  const counts = heldOutByClass(split);
  const total = countOf(split, 'heldOut');
  const few = split.classes.filter((_, k) => counts[k] < FEW_A_CLASS).map(printable);
  const most = Math.max(...counts);
  const unlabelled = countOf(split, 'unlabelled');
  return [
    ...(few.length > 0
      ? [
          `fewer than ${FEW_A_CLASS} held-out samples of ${few.length === split.classes.length ? 'every class' : listed(few)}: differences between layers of less than two standard errors say nothing`,
        ]
      : []),
    ...(most > (2 * total) / split.classes.length
      ? [
          `the most frequent class has ${percent(most / total)} of the held-out samples: look at the balanced accuracy, in which every class counts alike`,
        ]
      : []),
    ...(unlabelled > 0 ? [`${counted(unlabelled, 'sample')} without a label left out`] : []),
  ];
}

function notPooled(layers: readonly Layer[], pool: readonly number[] | undefined): string[] {
  if (!pool) return [];
  const others = layers.filter((layer) => !fitsGrid(layer, pool)).map(({ name }) => printable(name));
  if (others.length === 0) return [];
  return [
    `--pool ${pool.join('x')} does not fit the output of ${listed(others)}: pooled by the mean, or taken whole`,
  ];
}
