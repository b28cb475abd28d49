import { SoftmaxSums } from '../../engine/softmaxSums.js';
import type { MatrixStore } from '../../files/matrixStore.js';
import type { Layer } from '../../layers/layer.js';
import type { LayerProbe } from '../../probe/results.js';
import { type FeatureScale, fitSoftmax } from '../../probe/softmaxRegression.js';
import type { Split } from '../../probe/split.js';
import { StoredRows } from './storedRows.js';

export interface FitLayersOptions {
  readonly l2: number;
  /** Layers that gave NaN or Inf. */
  readonly broken: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly onLayer?: (done: number, layers: number) => void;
}

/** Fits and scores a linear classifier on the stored features of each layer. */
export async function fitLayers(
  layers: readonly Layer[],
  store: MatrixStore,
  split: Split,
  { l2, broken, signal, onLayer }: FitLayersOptions,
): Promise<LayerProbe[]> {
  const sums = await SoftmaxSums.open();
  try {
    const probes: LayerProbe[] = [];
    for (const [done, { name, op }] of layers.entries()) {
      signal?.throwIfAborted();
      onLayer?.(done, layers.length);
      probes.push(
        broken.has(name)
          ? { name, op, ...unfitted }
          : { name, op, ...(await fitLayer(name, store, split, sums, l2, signal)) },
      );
    }
    return probes;
  } finally {
    await sums.release();
  }
}

const unfitted = {
  ...{ features: null, accuracy: null, standardError: null, balancedAccuracy: null, trainAccuracy: null },
  ...{ iterations: 0, converged: false },
  warnings: ['NaN or Inf came up on this data: no probe'],
};

async function fitLayer(
  name: string,
  store: MatrixStore,
  split: Split,
  sums: SoftmaxSums,
  l2: number,
  signal: AbortSignal | undefined,
): Promise<Omit<LayerProbe, 'name' | 'op'>> {
  const rows = StoredRows.open(store, name, split);
  const scale = await scaleOf(rows);
  const classes = split.classes.length;
  const samples = split.parts.filter((part) => part === 'train').length;
  const { features } = rows;
  const fit = await fitSoftmax(
    async (classifier) => {
      const [weightGradient, biasGradient] = [
        new Float64Array(classes * features),
        new Float64Array(classes),
      ];
      let loss = 0;
      for await (const chunk of rows.chunks()) {
        signal?.throwIfAborted();
        const part = await sums.sums(classifier, chunk);
        loss += part.loss;
        addTo(weightGradient, part.weightGradient);
        addTo(biasGradient, part.biasGradient);
      }
      return { loss, weightGradient, biasGradient };
    },
    scale,
    { classes, samples, l2 },
  );
  const heldOut = { right: new Float64Array(classes), all: new Float64Array(classes) };
  let trainRight = 0;
  let row = 0;
  for await (const chunk of rows.chunks()) {
    for (const answer of await sums.answers(fit, chunk.rows)) {
      const [part, label] = [split.parts[row], split.labels[row]];
      row++;
      if (part === 'unlabelled') continue;
      const isRight = Number(answer) === label ? 1 : 0;
      if (part === 'train') trainRight += isRight;
      else {
        heldOut.right[label] += isRight;
        heldOut.all[label]++;
      }
    }
  }
  const total = sum(heldOut.all);
  const accuracy = sum(heldOut.right) / total;
  const recalls = [...heldOut.all].flatMap((all, k) => (all > 0 ? [heldOut.right[k] / all] : []));
  return {
    features,
    accuracy,
    standardError: Math.sqrt((accuracy * (1 - accuracy)) / total),
    balancedAccuracy: sum(recalls) / recalls.length,
    trainAccuracy: trainRight / samples,
    iterations: fit.iterations,
    converged: fit.converged,
    warnings: fit.converged
      ? []
      : [`the fit did not settle in ${fit.iterations} iterations: a larger --l2 makes it settle`],
  };
}

/** Mean and standard deviation of each feature over the training samples, in two passes. */
async function scaleOf(rows: StoredRows): Promise<FeatureScale> {
  const { features } = rows;
  const mean = new Float64Array(features);
  const squares = new Float64Array(features);
  let samples = 0;
  const each = async (take: (values: Float64Array, at: number) => void) => {
    for await (const { rows: matrix, counted } of rows.chunks()) {
      for (let i = 0; i < matrix.rows; i++) if (counted[i] > 0) take(matrix.values, i * features);
    }
  };
  await each((values, at) => {
    samples++;
    for (let f = 0; f < features; f++) mean[f] += values[at + f];
  });
  for (let f = 0; f < features; f++) mean[f] /= samples;
  await each((values, at) => {
    for (let f = 0; f < features; f++) squares[f] += (values[at + f] - mean[f]) ** 2;
  });
  const deviation = squares.map((square, f) => {
    const size = Math.sqrt(square / samples);
    // What varies by less than this share of its size is rounding.
    return size > ROUNDING * Math.abs(mean[f]) ? size : 0;
  });
  return { mean, deviation };
}

const ROUNDING = 1e-7;

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
};

function addTo(total: Float64Array, values: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i] += values[i];
}
