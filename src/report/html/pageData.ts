import type { Run } from '../../run/schema.js';
import type { Scalar } from '../history/scalar.js';
import { stepInPaths } from '../history/steps.js';
import { namesOf, type RenderOptions } from '../options.js';

/** A run as the page holds it: eigenvalues as base64 of little-endian float64, which is exact and half as long. */
export interface PageRun {
  readonly name: string;
  readonly run: Run;
  /** One entry a layer. */
  readonly spectra: readonly string[];
  /** Of the training, where it is known. */
  readonly step?: number;
}

/** What a page is made from. */
export interface PageData {
  readonly version: string;
  readonly runs: readonly PageRun[];
  readonly scalars: readonly Scalar[];
  /** Whether whoever serves the page tells when there is more. */
  readonly live: boolean;
}

export function pageData(runs: readonly Run[], options: RenderOptions, version: string): PageData {
  const names = namesOf(runs, options);
  const steps = options.steps ?? runs.map((run, i) => stepInPaths([names[i], run.model.path]));
  return {
    version,
    runs: runs.map((run, i) => ({
      name: names[i],
      run: { ...run, layers: run.layers.map((layer) => ({ ...layer, eigenvalues: [] })) },
      spectra: run.layers.map(({ eigenvalues }) => base64(eigenvalues)),
      step: steps[i],
    })),
    scalars: options.scalars ?? [],
    live: options.live ?? false,
  };
}

function base64(values: readonly number[]): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, 8 * i);
  });
  return bytes.toString('base64');
}
