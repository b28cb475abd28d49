import type { Feed, FeedSource } from '../data/feed.js';
import type { ModelBytes } from '../instrument/rewrittenModel.js';
import { ModelSession, type Outputs, type SessionOptions } from './session/modelSession.js';

export interface EachBatchOptions extends SessionOptions {
  readonly batchSize: number;
  /** The batch size that the model fixes: a last batch of fewer samples is left out. */
  readonly fixedBatch?: number;
  readonly maxSamples?: number;
  readonly every?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { samples: number; total: number | undefined; seconds: number }) => void;
}

/**
 * Passes the same batches through models, whose inputs correspond by their order, and hands over what each gives.
 *
 * @throws UserError where a model does not load or run; what `take` throws; the signal's reason when it aborts.
 */
export async function eachBatch(
  models: readonly { readonly model: ModelBytes; readonly inputs: readonly string[] }[],
  source: FeedSource,
  options: EachBatchOptions,
  take: (outputs: readonly Outputs[], feed: Feed) => Promise<void> | void,
): Promise<void> {
  const sessions: ModelSession[] = [];
  const started = performance.now();
  try {
    for (const { model } of models) sessions.push(await ModelSession.open(model, options));
    let samples = 0;
    const { batchSize, maxSamples, every, signal } = options;
    for await (const feed of source.feeds({ batchSize, maxSamples, every, signal })) {
      if (options.fixedBatch !== undefined && feed.samples !== options.fixedBatch) continue;
      const outputs: Outputs[] = [];
      for (const [i, session] of sessions.entries()) {
        signal?.throwIfAborted();
        outputs.push(await session.run(renamed(feed, models[0].inputs, models[i].inputs)));
      }
      await take(outputs, feed);
      samples += feed.samples;
      const total = Math.min(source.size ?? Number.POSITIVE_INFINITY, maxSamples ?? Number.POSITIVE_INFINITY);
      options.onProgress?.({
        samples,
        total: Number.isFinite(total) ? total : undefined,
        seconds: (performance.now() - started) / 1000,
      });
      // Lets signals and timers through: a run blocks the thread.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    for (const session of sessions) await session.release();
  }
}

function renamed(feed: Feed, from: readonly string[], to: readonly string[]): Feed {
  const tensors = from.map((name, i) => [to[i], feed.tensors[name]] as const);
  return { ...feed, tensors: Object.fromEntries(tensors) };
}
