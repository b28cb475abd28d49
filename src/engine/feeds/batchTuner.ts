/** What a run of the model cost: of one batch, or of several. */
export interface BatchCost {
  readonly samples: number;
  /** That one run took. */
  readonly batches: number;
  /** Inside ONNX Runtime, and adding up what came out of it. */
  readonly seconds: number;
  /** Memory that the process holds after it, in bytes (resident set). */
  readonly memory: number;
}

/** Batches of each size that are timed. The first of them is not counted: it pays for the memory. */
const TRIALS = 4;

/** A size that is faster by less than this share is not worth its memory. */
const WORTH = 0.03;

/** Doublings in a row that did not pay, after which no more is tried: one may have met with a busy machine. */
const PATIENCE = 2;

/** Above this the share of what a batch costs whatever its size is lost in the noise. */
const LARGEST = 1024;

/**
 * Finds the batch size of the highest throughput while the pass goes on: doubles it from `smallest` as long as that
 * pays and the memory suffices, and goes back to the fastest.
 */
export class BatchTuner {
  #size: number;
  #settled = false;
  #best: { readonly size: number; readonly rate: number };
  #trials: number[] = [];
  #misses = 0;
  /** Grows no larger than this. */
  #largest = LARGEST;

  /**
   * @param smallest samples of the first batches.
   * @param memoryAtStart what the process held before the first batch, in bytes.
   * @param memoryLimit what it may hold: it is not taken further by doubling the batch.
   */
  constructor(
    smallest: number,
    readonly memoryAtStart: number,
    readonly memoryLimit: number,
  ) {
    this.#size = smallest;
    this.#best = { size: smallest, rate: 0 };
  }

  /** Samples that the next batch should hold. */
  get size(): number {
    return this.#size;
  }

  /** Whether the size stays as it is. */
  get settled(): boolean {
    return this.#settled;
  }

  /** The fastest size so far. */
  get best(): number {
    return this.#best.size;
  }

  /** Takes in what a batch cost. Batches of another size than the one on trial tell nothing. */
  ran({ samples, seconds, memory }: BatchCost): void {
    if (this.#settled || samples !== this.#size) return;
    this.#trials.push(samples / seconds);
    if (this.#trials.length < TRIALS) return;
    const rate = Math.max(...this.#trials.slice(1));
    const paid = rate > this.#best.rate * (1 + WORTH);
    this.#misses = paid ? 0 : this.#misses + 1;
    if (paid) this.#best = { size: this.#size, rate };
    const twice = this.memoryAtStart + 2 * Math.max(0, memory - this.memoryAtStart);
    if (this.#misses < PATIENCE && 2 * this.#size <= this.#largest && twice <= this.memoryLimit) {
      this.#size *= 2;
      this.#trials = [];
    } else {
      this.#settled = true;
      this.#size = this.#best.size;
    }
  }

  /** Memory ran out: batches of more than so many samples are not tried any more. */
  ranOut(most: number): void {
    this.#largest = Math.min(this.#largest, most);
    if (this.#best.size > most) this.#best = { size: most, rate: 0 };
    if (this.#size <= most) return;
    this.#size = this.#best.rate > 0 ? this.#best.size : most;
    this.#settled = this.#best.rate > 0;
    this.#trials = [];
  }
}
