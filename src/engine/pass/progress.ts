import type { Share } from '../../data/selection.js';

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
 * @param share of the batches that are left, dealt out in turn.
 */
export function expectedSamples(
  size: number | undefined,
  {
    batchSize,
    every = 1,
    maxSamples,
    share,
  }: { batchSize: number; every?: number; maxSamples?: number; share?: Share },
): number | undefined {
  if (size === undefined) return undefined;
  const batches = Math.ceil(size / batchSize);
  const used = Math.floor(batches / every);
  const usesLast = used > 0 && batches % every === 0;
  const samples = used * batchSize - (usesLast ? batches * batchSize - size : 0);
  const all = Math.min(samples, maxSamples ?? Number.POSITIVE_INFINITY);
  if (!share) return all;
  const full = Math.floor(all / batchSize);
  const ours = Math.floor((full - share.index + share.count - 1) / share.count);
  return ours * batchSize + (full % share.count === share.index ? all % batchSize : 0);
}
