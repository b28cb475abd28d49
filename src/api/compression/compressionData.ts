import type { AnalyzeOptions } from '../analyzeOptions.js';

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
  | 'text'
  | 'audio'
  | 'labels'
  | 'classes'
  | 'inOrder'
  | 'inputs'
  | 'mask'
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
