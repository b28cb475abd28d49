import type { Embedding } from '../../run/files/embeddingFile.js';
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
  readonly embedding?: PageEmbedding;
}

/** Samples in the plane of each layer's first two eigenvectors. */
export interface PageEmbedding {
  /** Each class once. */
  readonly classes: readonly string[];
  /** Which of them each sample is of; −1 for none. */
  readonly labels: readonly number[];
  /** By layer: x and y of each sample as base64 of little-endian float32, NaN where there are none. */
  readonly layers: readonly (readonly [name: string, coordinates: string])[];
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
      embedding: embeddingOf(options.embeddings?.[i]),
    })),
    scalars: options.scalars ?? [],
    live: options.live ?? false,
  };
}

function embeddingOf(embedding: Embedding | undefined): PageEmbedding | undefined {
  if (!embedding) return undefined;
  const { labels, layers } = embedding;
  const classes = [...new Set(labels.flatMap((label) => label ?? []))];
  const place = new Map(classes.map((name, i) => [name, i]));
  return {
    classes,
    labels: labels.map((label) => (label === undefined ? -1 : (place.get(label) ?? -1))),
    layers: [...layers].map(([name, coordinates]) => [name, singles(coordinates)]),
  };
}

/** What a chart tells apart needs no more digits. */
function singles(values: Float64Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes.toString('base64');
}

function base64(values: readonly number[]): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, 8 * i);
  });
  return bytes.toString('base64');
}
