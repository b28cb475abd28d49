import type { Feed } from '../../data/feed.js';
import type { Share } from '../../data/selection.js';
import { BatchTooLargeError } from '../session/batchTooLarge.js';
import { divides, piece } from './pieces.js';

/** Samples for one run of the model: one batch, or several of which all but the last hold `batch` samples. */
export interface Stack {
  readonly feed: Feed;
  /** Samples that the model takes at once. */
  readonly batch: number;
  /** The number (from 1), among those of all shares of the data, of the batch that holds this sample of the feed. */
  readonly numberOf: (sample: number) => number;
}

/** Runs stacks, one after the other. */
export interface Runner {
  /** @throws BatchTooLargeError where the provider cannot run on so many samples. */
  add(stack: Stack): Promise<void>;
  /** Stacks that the model has run on so far: what one of them gave may have been taken in already. */
  readonly completed: () => number;
}

/** What is too large for the provider, and what is not. */
export interface Step {
  readonly of: 'samples a batch' | 'batches a run';
  readonly from: number;
  /** None is larger from now on. */
  readonly to: number;
  /** In words, as the beginning of a sentence: `memory ran out`. */
  readonly reason: string;
}

/** Which batches may be cut: also those that memory does not suffice for, only those without a kernel, or none. */
export type MayCut = 'all' | 'withoutKernel' | 'none';

/**
 * Runs feeds, and cuts those that are too large for the provider as often as it takes: into runs of fewer batches where
 * memory ran out, then into smaller batches. Every sample is run on exactly once, and in order. Later feeds are cut to
 * the sizes that went well.
 */
export class StepDown {
  readonly #runner: Runner;
  readonly #onStep: (step: Step) => void;
  readonly #mayCut: MayCut;
  #mostSamples = Number.POSITIVE_INFINITY;
  #mostBatches: number;
  readonly #share: Share;

  /**
   * @param onStep is told once the smaller size went well.
   * @param severalAtOnce whether the runner takes several batches in one run of the model.
   * @param share that the batches are of: they keep the numbers that they have among all.
   */
  constructor(
    runner: Runner,
    onStep: (step: Step) => void,
    mayCut: MayCut = 'all',
    severalAtOnce: boolean = false,
    share: Share = { index: 0, count: 1 },
  ) {
    this.#share = share;
    this.#runner = runner;
    this.#onStep = onStep;
    this.#mayCut = mayCut;
    this.#mostBatches = severalAtOnce ? Number.POSITIVE_INFINITY : 1;
  }

  /**
   * @param batch samples that the model takes at once; several such batches go into one run.
   * @param firstNumber the number of the first of them in the pass.
   * @throws BatchTooLargeError where one sample is too much, or samples cannot be told apart.
   */
  async run(feed: Feed, batch: number = feed.samples, firstNumber = 1): Promise<void> {
    const steps = new Map<Step['of'], Step>();
    const mayDivide = feed.samples > 0 && divides(feed);
    if (!mayDivide) {
      await this.#runner.add({
        feed,
        batch: feed.samples,
        numberOf: () => this.#numberAmongAll(firstNumber),
      });
      return;
    }
    for (let start = 0; start < feed.samples; ) {
      const size = Math.min(batch, this.#mostSamples, feed.samples - start);
      const count = Math.max(1, Math.min(Math.floor((feed.samples - start) / size), this.#mostBatches));
      const end = start + count * size;
      const from = start;
      const numberOf = (sample: number) =>
        this.#numberAmongAll(firstNumber + Math.floor((from + sample) / batch));
      const before = this.#runner.completed();
      try {
        await this.#runner.add({ feed: piece(feed, start, end), batch: size, numberOf });
        start = end;
        for (const step of steps.values()) this.#onStep(step);
        steps.clear();
      } catch (error) {
        if (!(error instanceof BatchTooLargeError) || this.#runner.completed() !== before) throw error;
        const step = this.#smaller(error, size, count);
        if (!step) throw error;
        steps.set(step.of, { ...step, from: steps.get(step.of)?.from ?? step.from });
      }
    }
  }

  #numberAmongAll(number: number): number {
    return (number - 1) * this.#share.count + this.#share.index + 1;
  }

  #smaller({ because, reason }: BatchTooLargeError, size: number, count: number): Step | undefined {
    if (because === 'memory' && count > 1) {
      this.#mostBatches = Math.ceil(count / 2);
      return { of: 'batches a run', from: count, to: this.#mostBatches, reason };
    }
    const mayCut = this.#mayCut === 'all' || (this.#mayCut === 'withoutKernel' && because !== 'memory');
    if (size < 2 || !mayCut) return undefined;
    this.#mostSamples = Math.ceil(size / 2);
    return { of: 'samples a batch', from: size, to: this.#mostSamples, reason };
  }
}
