import type { Stack } from '../feeds/stepDown.js';
import type { ClassAnswers } from './classCounts.js';

/** Gathers what a pass is to find out of each layer, batch by batch. */
export interface Collector<Found> {
  /**
   * Runs a batch, or several, and takes in what they give.
   *
   * @throws UserError where the model cannot run on it, or it does not go with the batches before.
   */
  add(stack: Stack): Promise<void>;
  /** What has been found. */
  result(): Collected<Found> | Promise<Collected<Found>>;
}

export interface Collected<Found> {
  /** One entry for each layer of the model, in graph order. */
  readonly layers: readonly Found[];
  /** The buffers in it, which may be transferred. */
  readonly buffers: readonly ArrayBufferLike[];
  /** What the model answered to samples with labels. */
  readonly answers?: ClassAnswers;
}
