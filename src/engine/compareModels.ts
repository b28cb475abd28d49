import { performance } from 'node:perf_hooks';
import type { Feed, FeedSource } from '../data/feed.js';
import { UserError } from '../errors.js';
import type { ModelBytes } from '../instrument/rewrittenModel.js';
import { type ModelScore, ModelTally } from './modelTally.js';
import { ModelSession, type Outputs, type SessionOptions } from './session/modelSession.js';

export type { ModelScore };

export interface CompareOptions extends SessionOptions {
  readonly batchSize: number;
  /** The batch size that the model fixes: a last batch of fewer samples is left out. */
  readonly fixedBatch?: number;
  readonly maxSamples?: number;
  readonly every?: number;
  /** Which batches are looked at, by their number from 0; all where nothing is said. */
  readonly isWanted?: (batch: number) => boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (samples: number) => void;
}

export interface Comparison {
  readonly samples: number;
  /** One for each model; the first is what the others are held against. */
  readonly models: readonly ModelScore[];
}

/**
 * Passes the same batches through several models, one after the other in turns, and compares what they give and how
 * long they take. The first batch only warms up the clocks.
 *
 * @throws UserError where a model does not load or run, or nothing is left to compare on.
 */
export async function compareModels(
  models: readonly ModelBytes[],
  source: FeedSource,
  options: CompareOptions,
): Promise<Comparison> {
  const sessions: ModelSession[] = [];
  try {
    for (const model of models) sessions.push(await ModelSession.open(model, options));
    const tallies = sessions.map(() => new ModelTally());
    let samples = 0;
    let batch = 0;
    const { batchSize, maxSamples, every, signal } = options;
    for await (const feed of source.feeds({ batchSize, maxSamples, every, signal })) {
      const index = batch++;
      // A class that no batch is left of still has its place among the others.
      for (const tally of tallies) tally.mention(feed.labels ?? []);
      if (options.isWanted && !options.isWanted(index)) continue;
      if (options.fixedBatch !== undefined && feed.samples !== options.fixedBatch) continue;
      const order = sessions.map((_, i) => (i + index) % sessions.length);
      const given = new Map<number, Outputs>();
      for (const i of order) {
        signal?.throwIfAborted();
        const started = performance.now();
        given.set(i, await sessions[i].run(copied(feed)));
        tallies[i].time((performance.now() - started) / feed.samples);
      }
      const reference = given.get(0);
      if (!reference) throw new Error('no model was run');
      for (const [i, outputs] of given) tallies[i].add(outputs, reference, feed);
      samples += feed.samples;
      options.onProgress?.(samples);
      // Lets signals and timers through: a run blocks the thread.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (samples === 0) throw new UserError('no sample is left to compare the models on: give more data');
    return { samples, models: tallies.map((tally) => tally.score()) };
  } finally {
    for (const session of sessions) await session.release();
  }
}

/** ONNX Runtime may keep what it is given; each model gets its own. */
const copied = (feed: Feed): Feed => ({ ...feed });
