import { UserError } from '../../errors.js';
import type { Feed, FeedOptions, TensorData } from '../feed.js';
import type { OpenedBatches, ReadyBatch } from '../reader.js';
import { isFailed } from '../sample.js';
import { handleFailure, nothingLeft, type OnError } from './gatherFeeds.js';
import type { ReadingLog } from './readingLog.js';

/**
 * Feeds of a source that brings its own batches: every k-th of them, the last one cut at `maxSamples`. Shares are of
 * whole batches.
 *
 * @throws UserError at the first bad batch where `onError` is `fail`, where a batch cannot be cut, and where
 *   nothing is left.
 */
export async function* readyFeeds(
  source: OpenedBatches,
  { maxSamples = Number.POSITIVE_INFINITY, every = 1, share, from, signal }: FeedOptions,
  onError: OnError,
  log: ReadingLog,
): AsyncGenerator<Feed> {
  let given = from?.given ?? 0;
  let rows = from?.rows ?? 0;
  const isOurs = (k: number) => !share || Math.floor(k / every) % share.count === share.index;
  // Where a limit lies depends on the batches of the other shares too.
  const looksAtAll = share !== undefined && Number.isFinite(maxSamples);
  /** Samples of all shares. */
  let seen = looksAtAll ? 0 : given;
  if (seen >= maxSamples) return;
  const isWanted = (k: number): boolean => {
    if (k % every !== every - 1 || (!looksAtAll && (k < rows || !isOurs(k)))) return false;
    at = k;
    return true;
  };
  let at = 0;
  for await (const batch of source.batches(isWanted)) {
    signal?.throwIfAborted();
    const isNew = isOurs(at) && at >= (from?.rows ?? 0);
    rows = at + 1;
    if (isFailed(batch)) {
      if (isNew) handleFailure(batch, onError, log);
      continue;
    }
    const room = maxSamples - seen;
    seen += Math.min(room, batch.samples);
    if (isNew) {
      const { samples, tensors } = batch.samples > room ? cut(batch, room) : batch;
      given += samples;
      const origins = originsOf(batch.origin, samples);
      yield { samples, tensors, origins, end: { draws: [], rows, given, skipped: log.skippedCount } };
    }
    if (seen >= maxSamples) break;
  }
  if (given === 0 && !share) throw nothingLeft(log, every);
}

const originsOf = (batch: string, samples: number): string[] =>
  samples === 1 ? [batch] : Array.from({ length: samples }, (_, i) => `${batch}, sample ${i}`);

function cut({ origin, samples, tensors }: ReadyBatch, kept: number): Feed {
  const shortened = Object.entries(tensors).map(([input, { type, dims, data }]): [string, TensorData] => {
    if (dims[0] !== samples) {
      throw new UserError(
        `${origin} cannot be cut to ${kept} of its ${samples} samples, since input ${input} of shape [${dims.join(', ')}] does not have them on its first axis: choose --max-samples so that whole sets fit`,
      );
    }
    const elements = (data.length / samples) * kept;
    return [input, { type, dims: [kept, ...dims.slice(1)], data: data.slice(0, elements) }];
  });
  return { samples: kept, tensors: Object.fromEntries(shortened) };
}
