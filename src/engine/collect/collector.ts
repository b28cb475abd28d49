import type { Feed } from '../../data/feed.js';
import type { Stack } from '../feeds/stepDown.js';
import type { WorkerState } from '../pass/pause.js';
import type { MomentState } from '../state/momentState.js';
import type { ClassAnswers } from './classCounts.js';

/** Gathers what a pass is to find out of each layer, batch by batch. */
export interface Collector<Found> {
  /**
   * Runs a batch, or several, and takes in what they give.
   *
   * @throws UserError where the model cannot run on it, or it does not go with the batches before.
   */
  add(stack: Stack): Promise<void>;
  /**
   * Writes the moments found so far into a file, and tells the rest.
   *
   * @throws Error where there is nothing of the kind.
   */
  save(file: string): Promise<MomentState>;
  /** Goes on from what `save` left behind. */
  restore(state: WorkerState): Promise<void>;
  /** What has been found. */
  result(): Collected<Found> | Promise<Collected<Found>>;
}

/** A batch on which NaN or Inf came up in some layer. */
export interface OffendingBatch {
  /** Counted from 1. */
  readonly number: number;
  readonly feed: Feed;
}

/** Samples on which NaN or Inf came up in some layer, and which count in none. */
export interface SkippedSamples {
  readonly count: number;
  /** The first of them, where they come from. */
  readonly origins: readonly string[];
}

export interface Collected<Found> {
  /** One entry for each layer of the model, in graph order. */
  readonly layers: readonly Found[];
  /** The buffers in it, which may be transferred. */
  readonly buffers: readonly ArrayBufferLike[];
  /** The first batch that made a layer NaN or infinite. */
  readonly offending?: OffendingBatch;
  /** Samples that were left out for NaN or Inf. */
  readonly skipped?: SkippedSamples;
  /** What the model answered to samples with labels. */
  readonly answers?: ClassAnswers;
}
