import { uniformNumbers } from '../../src/data/readers/randomNumbers.js';

/** The random choices of one case. */
export class Random {
  readonly #uniform: () => number;
  constructor(seed: number) {
    this.#uniform = uniformNumbers(seed);
  }
  below(end: number): number {
    return Math.floor(this.#uniform() * end);
  }
  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }
  /** A place in a file. Most of what is read stands at its ends: headers, directories. */
  place(length: number): number {
    const near = Math.min(length, 256);
    return [this.below(length), this.below(near), length - 1 - this.below(near)][this.below(3)];
  }
}
