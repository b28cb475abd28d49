import type { Run } from '../../run/schema.js';
import { namesOf, type RenderOptions } from '../options.js';

/** A run as the page holds it: eigenvalues as base64 of little-endian float64, which is exact and half as long. */
export interface PageRun {
  readonly name: string;
  readonly run: Run;
  /** One entry a layer. */
  readonly spectra: readonly string[];
}

/** What a page is made from. */
export interface PageData {
  readonly version: string;
  readonly runs: readonly PageRun[];
}

export function pageData(runs: readonly Run[], options: RenderOptions, version: string): PageData {
  const names = namesOf(runs, options);
  return {
    version,
    runs: runs.map((run, i) => ({
      name: names[i],
      run: { ...run, layers: run.layers.map((layer) => ({ ...layer, eigenvalues: [] })) },
      spectra: run.layers.map(({ eigenvalues }) => base64(eigenvalues)),
    })),
  };
}

function base64(values: readonly number[]): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, 8 * i);
  });
  return bytes.toString('base64');
}
