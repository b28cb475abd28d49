import { join } from 'node:path';
import type { AnalyzeOptions, Run } from '../../src/index.js';
import { analyze, covariance, mean, readMoments } from './delve.js';
import type { Settings } from './settings.js';

export type Analysis = Omit<AnalyzeOptions, 'out' | 'moments'>;

/** The largest differences between the layers of two runs. */
export interface Differences {
  /** max |ΔQ| over trace / features: the mean variance of the layer's features. */
  readonly covariance: number;
  /** max |Δm| over the square root of the same. */
  readonly mean: number;
  /** The layer of the first. */
  readonly layer: string;
  readonly layers: number;
  readonly samples: number;
}

let runs = 0;

/** Runs the same analysis in two ways, and compares what came out of each layer. */
export async function compareRuns(
  one: Analysis,
  other: Analysis,
  { folder }: Settings,
): Promise<Differences> {
  const a = await withMoments(one, folder);
  const b = await withMoments(other, folder);
  if (a.run.data.samples !== b.run.data.samples) throw new Error('the two saw different numbers of samples');
  const worst = { covariance: 0, mean: 0, layer: '' };
  for (const { name, trace, features } of a.run.layers) {
    const [x, y] = [a.moments.get(name), b.moments.get(name)];
    if (!x || !y || x.count !== y.count) throw new Error(`layer ${name} was not observed alike`);
    const variance = (trace ?? Number.NaN) / features || 1;
    const difference = largest(covariance(x), covariance(y)) / variance;
    worst.mean = Math.max(worst.mean, largest(mean(x), mean(y)) / Math.sqrt(variance));
    if (!(difference <= worst.covariance)) Object.assign(worst, { covariance: difference, layer: name });
  }
  return { ...worst, layers: a.run.layers.length, samples: a.run.data.samples };
}

async function withMoments(analysis: Analysis, folder: string) {
  const out = join(folder, `run-${runs++}.delve`);
  const run: Run = await analyze({ ...analysis, out, moments: true });
  return { run, moments: await readMoments(out, run) };
}

function largest(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => {
    const difference = Math.abs(value - b[i]);
    // NaN has to win.
    return difference <= most ? most : difference;
  }, 0);
}
