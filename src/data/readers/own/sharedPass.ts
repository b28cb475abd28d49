import type { ReadSample } from '../../sample.js';

/** One run of a generator whose samples have a value for each of several inputs, read by a stream an input. */
export class SharedPass {
  readonly #samples: AsyncIterator<readonly ReadSample[]>;
  /** What one input has not taken yet, while another has. */
  readonly #waiting: ReadSample[][];
  #pull: Promise<boolean> | undefined;

  constructor(samples: AsyncIterable<readonly ReadSample[]>, inputs: number) {
    this.#samples = samples[Symbol.asyncIterator]();
    this.#waiting = Array.from({ length: inputs }, () => []);
  }

  /** The values for the k-th input. */
  async *column(k: number): AsyncGenerator<ReadSample> {
    for (;;) {
      const next = this.#waiting[k].shift();
      if (next) yield next;
      else if (!(await this.#more())) return;
    }
  }

  async close(): Promise<void> {
    await this.#samples.return?.();
  }

  /** One sample more for all inputs; `false` at the end. */
  async #more(): Promise<boolean> {
    this.#pull ??= this.#next().finally(() => {
      this.#pull = undefined;
    });
    return this.#pull;
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#samples.next();
    if (done) return false;
    value.forEach((entry, k) => {
      this.#waiting[k].push(entry);
    });
    return true;
  }
}
