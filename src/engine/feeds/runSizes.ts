import { availableMemory } from '../../data/requireFits.js';
import type { Provider } from '../../run/schema.js';
import { AccumulationTuner } from './accumulationTuner.js';
import { type BatchCost, BatchTuner } from './batchTuner.js';
import type { Step } from './stepDown.js';

/** The share of the memory that a batch size found by measuring may take up. */
const MEMORY_SHARE = 0.5;

export interface WantedSizes {
  /** Samples a batch; where `tuneBatch`, of the first ones. */
  readonly batchSize: number;
  readonly tuneBatch: boolean;
  /** Batches a run; `auto` finds out on CUDA. */
  readonly accumulate: number | 'auto';
}

/**
 * How many samples go into a batch and how many batches into a run of the model, as a pass finds out by measuring. The
 * batch grows first: a larger one also makes less of what a run costs whatever it takes.
 */
export class RunSizes {
  readonly #wanted: WantedSizes;
  readonly #onNotice: (text: string) => void;
  readonly #batch: BatchTuner | undefined;
  #accumulation: AccumulationTuner | undefined;
  #perRun: number;
  /** Batches were cut down to this. */
  #largest = Number.POSITIVE_INFINITY;
  /** Samples of a batch of the run that is being gathered. */
  #gathered: number;

  constructor(wanted: WantedSizes, onNotice: (text: string) => void) {
    this.#wanted = wanted;
    this.#onNotice = onNotice;
    this.#gathered = wanted.batchSize;
    this.#perRun = wanted.accumulate === 'auto' ? 1 : wanted.accumulate;
    if (wanted.tuneBatch) {
      const room = MEMORY_SHARE * availableMemory();
      this.#batch = new BatchTuner(wanted.batchSize, process.memoryUsage.rss(), room);
    }
  }

  /** The model is loaded. */
  opened(provider: Provider, accumulates: boolean): void {
    if (!accumulates) this.#perRun = 1;
    else if (this.#wanted.accumulate === 'auto' && provider !== 'cpu') {
      this.#accumulation ??= new AccumulationTuner((batches) => {
        if (batches > 1) this.#onNotice(`batches of ${this.batchSize}, ${batches} a run`);
      });
    }
  }

  /** Samples that the next run should take; 0: those of the next feed, however many. */
  next(): number {
    this.#gathered = this.#batch?.size ?? this.#wanted.batchSize;
    return !this.#batch && this.accumulate === 1 ? 0 : this.#gathered * this.accumulate;
  }

  /** Samples a batch of the run that `next` was last asked for. */
  get gathered(): number {
    return this.#gathered;
  }

  /** Samples that a full batch holds; where it is tuned, that of the highest throughput so far. */
  get batchSize(): number {
    return Math.min(this.#batch?.best ?? this.#wanted.batchSize, this.#largest);
  }

  /** Batches that one run takes. */
  get accumulate(): number {
    return this.#accumulation?.batches ?? this.#perRun;
  }

  /** @param bytes of the inputs of one sample. */
  ran(cost: BatchCost, bytes: number): void {
    this.#batch?.ran(cost);
    if (this.#batch && !this.#batch.settled) return;
    const size = this.#batch?.size ?? this.#wanted.batchSize;
    this.#accumulation?.ran(cost, size, bytes * size);
  }

  /** Something was too large for the provider. */
  steppedDown({ of, from, to, reason }: Step): void {
    if (of === 'batches a run') {
      this.#accumulation?.ranOut(to);
      this.#perRun = Math.min(this.#perRun, to);
      this.#onNotice(`${reason} at ${from} batches a run: going on with ${to}`);
      return;
    }
    this.#batch?.ranOut(to);
    this.#largest = Math.min(this.#largest, to);
    this.#onNotice(`${reason} at a batch of ${from}: going on with ${to}`);
  }
}
