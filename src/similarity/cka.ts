import { type CentredGram, unbiasedHsic } from './hsic.js';

/**
 * Linear CKA between the layers of one model, or of two, from the Gram matrices of minibatches (Kornblith et al., 2019;
 * the minibatch estimator of Nguyen et al., 2021): Σ HSIC(K, L) / √(Σ HSIC(K, K) · Σ HSIC(L, L)).
 */
export class CkaSums {
  readonly #cross: Float64Array;
  readonly #own: Float64Array;
  readonly #others: Float64Array | undefined;
  readonly #rows: number;
  readonly #columns: number;

  /** @param columns layers of the second model; absent: the layers are compared with each other. */
  constructor(rows: number, columns?: number) {
    this.#rows = rows;
    this.#columns = columns ?? rows;
    this.#cross = new Float64Array(rows * this.#columns);
    this.#own = new Float64Array(rows);
    this.#others = columns === undefined ? undefined : new Float64Array(columns);
  }

  /** Adds a batch: a Gram matrix for each layer, of the same samples. */
  add(grams: readonly CentredGram[], others?: readonly CentredGram[]): void {
    for (const [i, k] of grams.entries()) {
      this.#own[i] += unbiasedHsic(k, k);
      for (const [j, l] of (others ?? grams).entries()) {
        if (!others && j < i) continue;
        const value = others || i !== j ? unbiasedHsic(k, l) : 0;
        this.#cross[i * this.#columns + j] += value;
        if (!others && i !== j) this.#cross[j * this.#columns + i] += value;
      }
    }
    const sums = this.#others;
    if (sums) for (const [j, l] of (others ?? []).entries()) sums[j] += unbiasedHsic(l, l);
  }

  /** One row for each layer; `null` where a layer does not tell samples apart. */
  matrix(): (number | null)[][] {
    const others = this.#others ?? this.#own;
    return Array.from({ length: this.#rows }, (_, i) =>
      Array.from({ length: this.#columns }, (__, j) => {
        if (!this.#others && i === j) return this.#own[i] > 0 ? 1 : null;
        const scale = this.#own[i] * others[j];
        return this.#own[i] > 0 && others[j] > 0
          ? this.#cross[i * this.#columns + j] / Math.sqrt(scale)
          : null;
      }),
    );
  }
}
