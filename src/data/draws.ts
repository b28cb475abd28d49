import { uniformNumbers } from './readers/randomNumbers.js';
import { type Selection, wantedRuns } from './selection.js';

/** Draws samples uniformly and without replacement (Fisher and Yates), the same for the same seed. */
export class Draws {
  readonly #pool: Uint32Array;
  readonly #uniform: () => number;
  #drawn = 0;

  /** @param selection of the `size` samples of the source, those that may be drawn. */
  constructor(size: number, selection: Selection, seed: number) {
    const runs = [...wantedRuns(selection, size)];
    this.#pool = new Uint32Array(runs.reduce((sum, [start, end]) => sum + end - start, 0));
    let at = 0;
    for (const [start, end] of runs) for (let i = start; i < end; i++) this.#pool[at++] = i;
    this.#uniform = uniformNumbers(seed);
  }

  /** Samples that were not drawn yet. */
  get left(): number {
    return this.#pool.length - this.#drawn;
  }

  /** The positions of `count` more samples, or of all that are left, ascending. */
  next(count: number): Uint32Array {
    return this.nextAsDrawn(count).sort();
  }

  /** The same in the order in which they are drawn. */
  nextAsDrawn(count: number): Uint32Array {
    const start = this.#drawn;
    const end = Math.min(start + count, this.#pool.length);
    for (; this.#drawn < end; this.#drawn++) {
      const other = this.#drawn + Math.floor(this.#uniform() * (this.#pool.length - this.#drawn));
      const taken = this.#pool[other];
      this.#pool[other] = this.#pool[this.#drawn];
      this.#pool[this.#drawn] = taken;
    }
    return this.#pool.slice(start, end);
  }
}
