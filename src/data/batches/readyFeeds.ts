import { UserError } from '../../errors.js';
import type { Feed, FeedOptions, TensorData } from '../feed.js';
import type { OpenedBatches, ReadyBatch } from '../reader.js';
import { isFailed } from '../sample.js';
import { handleFailure, nothingLeft, type OnError } from './gatherFeeds.js';
import type { ReadingLog } from './readingLog.js';

/**
 * Feeds of a source that brings its own batches: every k-th of them, the last one cut at `maxSamples`.
 *
 * @throws UserError at the first bad batch where `onError` is `fail`, where a batch cannot be cut, and where
 *   nothing is left.
 */
export async function* readyFeeds(
  source: OpenedBatches,
  { maxSamples = Number.POSITIVE_INFINITY, every = 1, signal }: FeedOptions,
  onError: OnError,
  log: ReadingLog,
): AsyncGenerator<Feed> {
  let given = 0;
  for await (const batch of source.batches((k) => k % every === every - 1)) {
    signal?.throwIfAborted();
    if (isFailed(batch)) {
      handleFailure(batch, onError, log);
      continue;
    }
    const { samples, tensors } = batch.samples > maxSamples - given ? cut(batch, maxSamples - given) : batch;
    given += samples;
    yield { samples, tensors };
    if (given >= maxSamples) return;
  }
  if (given === 0) throw nothingLeft(log, every);
}

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
