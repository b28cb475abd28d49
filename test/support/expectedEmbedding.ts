import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import type { Layer } from '../../src/layers/layer.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { type Feeds, rawActivations } from './instrumented.js';
import { rowsOf } from './referenceMoments.js';

/** A batch to feed, and how many samples are in it. */
export interface Batch {
  readonly samples: number;
  readonly feeds: Feeds;
}

/**
 * x and y of every sample by layer, from the raw activations of the model itself: the mean of a sample's observations,
 * less the mean of all, on the first two eigenvectors that ml-matrix finds of the covariance of all observations.
 */
export async function expectedEmbedding(
  model: ModelFile,
  layers: readonly Layer[],
  batches: readonly Batch[],
  options: InstrumentOptions,
): Promise<Map<string, [number, number][]>> {
  const rows = new Map<string, { all: number[][]; samples: number[][] }>();
  for (const { samples, feeds } of batches) {
    const raw = await rawActivations(model, layers, feeds);
    for (const { name, layout } of layers) {
      const activation = raw.get(name);
      if (!activation) throw new Error(`layer ${name} was not run`);
      const { tensor, sequenceLengths } = activation;
      const found = rowsOf(tensor, layout, { ...options, sequenceLengths });
      const each = found.length / samples;
      const known = rows.get(name) ?? { all: [], samples: [] };
      known.all.push(...found);
      for (let s = 0; s < samples; s++) known.samples.push(meanOf(found.slice(s * each, (s + 1) * each)));
      rows.set(name, known);
    }
  }
  return new Map([...rows].map(([name, { all, samples }]) => [name, projected(all, samples)]));
}

function projected(all: readonly number[][], samples: readonly number[][]): [number, number][] {
  const mean = meanOf(all);
  const features = mean.length;
  const covariance = Matrix.zeros(features, features);
  for (const row of all) {
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < features; j++) {
        const value = covariance.get(i, j) + ((row[i] - mean[i]) * (row[j] - mean[j])) / all.length;
        covariance.set(i, j, value);
      }
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  return samples.map((sample) => {
    const along = (k: number) =>
      k < features
        ? sample.reduce((sum, value, i) => sum + (value - mean[i]) * eigenvectorMatrix.get(i, order[k]), 0)
        : 0;
    return [along(0), along(1)];
  });
}

const meanOf = (rows: readonly number[][]): number[] =>
  rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i] / rows.length, 0));

/** How far apart two lists of coordinates are, relative to the largest; the sign of either axis is free. */
export function planeDistance(
  actual: Float64Array,
  expected: readonly (readonly [number, number])[],
): number {
  if (actual.length !== expected.length * 2) return Number.POSITIVE_INFINITY;
  const largest = Math.max(Number.MIN_VALUE, ...expected.flat().map(Math.abs));
  const apart = [0, 1].map((axis) =>
    Math.min(
      ...[1, -1].map((sign) =>
        Math.max(...expected.map((point, s) => Math.abs(point[axis] - sign * actual[s * 2 + axis]))),
      ),
    ),
  );
  return Math.max(...apart) / largest;
}
