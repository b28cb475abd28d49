import type { FeedSource } from '../data/feed.js';
import type { InstrumentedModel } from '../instrument/instrumentedModel.js';
import type { Precision } from '../run/schema.js';
import type { ObservedLayer } from './collect/layerMoments.js';
import { type Pass, type PassOptions, runPass } from './pass/pass.js';
import type { PassState, Pause } from './pass/pause.js';
import { expectedSamples, type Progress } from './pass/progress.js';
import { refuseImpossible } from './session/provider.js';

export type { ObservedLayer, PassState, Pause, Progress };

export interface ObserveOptions extends PassOptions {
  /** What the moments are computed in; says whether a provider can do it. */
  readonly precision: Precision;
  /** The model's output with a score a class, which is to be held against the labels. */
  readonly classOutput?: string;
  /** Keep the moments apart by groups of batches, so that errors can be told. */
  readonly uncertainty?: boolean;
  /** Leave samples out on which NaN or Inf comes up. */
  readonly skipsNonFinite?: boolean;
  /** The moments are to be written, with their groups. */
  readonly keepsMoments?: boolean;
}

/** What a pass has found out about all layers. */
export type Observation = Pass<ObservedLayer>;

/**
 * Runs an instrumented model over all feeds of a source and adds up the moments of its layers. The buffer of
 * `model.bytes` is empty afterwards.
 *
 * A source without samples gives an observation of none.
 *
 * @throws what `runPass` throws.
 */
export async function observe(
  model: InstrumentedModel,
  source: FeedSource,
  options: ObserveOptions,
  pauses: readonly Pause<ObservedLayer>[] = [],
): Promise<Observation> {
  refuseImpossible(options.provider, options.precision);
  const { classOutput, uncertainty, skipsNonFinite, keepsMoments } = options;
  // Several workers would each go by a first batch of its own, and what they find has to add up.
  const isShared = typeof options.device === 'object' && options.device.length > 1;
  const task = {
    kind: 'moments',
    outputs: model.layers,
    lifts: model.lifts,
    classOutput,
    uncertainty,
    skipsNonFinite,
    keepsMoments,
    expectedSamples: isShared
      ? undefined
      : expectedSamples(source.size, { ...options, batchSize: options.fixedBatch ?? options.batchSize }),
  } as const;
  return runPass(task, model, source, options, undefined, pauses);
}
