import type { BatchCost } from './batchTuner.js';

/** Runs of one batch, and then of two, that are timed. The first of each is not counted: it pays for the memory. */
const TRIALS = 3;

/** What a run costs whatever it takes may be this share of it. */
const SHARE = 0.05;

/** More batches a run gain next to nothing any more. */
const MOST = 16;

/** Longer runs would keep progress and an interruption waiting, in seconds. */
const LONGEST = 0.5;

/** Of the inputs of one run, in bytes. They stand in the memory of the host and in that of the device. */
const LARGEST = 256 * 2 ** 20;

/**
 * Finds how many batches one run of an accumulating model should take. A run of k batches takes T(k) = F + k t, where F
 * is what it costs to fetch the moments; k follows from T(1) and T(2), so that F becomes a small share.
 */
export class AccumulationTuner {
  readonly #onSettled: (batches: number) => void;
  #batches = 1;
  #settled = false;
  #seconds: number[] = [];
  #one = 0;
  #most = MOST;

  constructor(onSettled: (batches: number) => void) {
    this.#onSettled = onSettled;
  }

  /** Batches that the next run should take. */
  get batches(): number {
    return this.#batches;
  }

  /**
   * Takes in what a run cost. Runs of another size than the one on trial tell nothing.
   *
   * @param full samples of so many whole batches.
   * @param bytes of the inputs of one batch.
   */
  ran({ samples, batches, seconds }: BatchCost, full: number, bytes: number): void {
    if (this.#settled || batches !== this.#batches || samples !== batches * full) return;
    this.#seconds.push(seconds);
    if (this.#seconds.length < TRIALS) return;
    const fastest = Math.min(...this.#seconds.slice(1));
    this.#seconds = [];
    if (batches === 1) {
      this.#one = fastest;
      if (2 * bytes <= LARGEST && 2 * fastest <= LONGEST && this.#most > 1) this.#batches = 2;
      else this.#settle(1);
      return;
    }
    this.#settle(wanted(this.#one, fastest, bytes));
  }

  /** Memory ran out: no run takes more than so many batches. */
  ranOut(most: number): void {
    this.#most = Math.min(this.#most, most);
    if (this.#batches > most) this.#batches = most;
  }

  #settle(batches: number): void {
    this.#settled = true;
    this.#batches = Math.min(batches, this.#most);
    this.#onSettled(this.#batches);
  }
}

/**
 * @param one T(1) in seconds.
 * @param two T(2).
 */
function wanted(one: number, two: number, bytes: number): number {
  const work = Math.max(two - one, 0.1 * one);
  const fetch = Math.max(0, 2 * one - two);
  const bound = Math.min(MOST, Math.floor(LONGEST / work), Math.floor(LARGEST / bytes));
  return Math.max(1, Math.min(Math.ceil(fetch / (SHARE * work)), bound));
}
