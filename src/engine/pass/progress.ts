/** How far a pass has got. */
export interface Progress {
  /** Samples analysed. */
  readonly samples: number;
  /** Samples that there will be in all; absent where the source does not know. */
  readonly total?: number;
  /** Since the pass began, the loading of the model included. */
  readonly seconds: number;
  /** 2 in the second pass over the data, in which samples are projected; absent in the first. */
  readonly pass?: 2;
}

/**
 * The samples that a pass will analyse.
 *
 * @param size samples in the source.
 * @param every only the k-th, 2k-th, … batch of `batchSize` samples is used; the last batch may hold fewer.
 */
export function expectedSamples(
  size: number | undefined,
  { batchSize, every = 1, maxSamples }: { batchSize: number; every?: number; maxSamples?: number },
): number | undefined {
  if (size === undefined) return undefined;
  const batches = Math.ceil(size / batchSize);
  const used = Math.floor(batches / every);
  const usesLast = used > 0 && batches % every === 0;
  const samples = used * batchSize - (usesLast ? batches * batchSize - size : 0);
  return Math.min(samples, maxSamples ?? Number.POSITIVE_INFINITY);
}
