/** One layer's Gram matrix of a batch as the unbiased estimator needs it. */
export interface CentredGram {
  readonly samples: number;
  /** `samples × samples`, zeros on the diagonal. */
  readonly values: Float64Array;
  /** Sums of the rows, and of everything. */
  readonly rows: Float64Array;
  readonly total: number;
}

/** The fewest samples in a batch that the unbiased estimator is defined for. */
export const LEAST_SAMPLES = 4;

/** Takes the diagonal out of a Gram matrix, row-major. */
export function centredGram(gram: Float64Array, samples: number): CentredGram {
  const values = gram.slice();
  const rows = new Float64Array(samples);
  let total = 0;
  for (let i = 0; i < samples; i++) {
    values[i * samples + i] = 0;
    for (let j = 0; j < samples; j++) rows[i] += values[i * samples + j];
    total += rows[i];
  }
  return { samples, values, rows, total };
}

/**
 * The unbiased estimator of the Hilbert–Schmidt independence criterion (Song et al., 2012, equation 5), which Nguyen et
 * al. ("Do Wide and Deep Networks Learn the Same Things?", 2021) sum over minibatches:
 *
 *     HSIC₁(K, L) = (tr(K̃ L̃) + 1ᵀK̃1 · 1ᵀL̃1 / ((n−1)(n−2)) − 2 / (n−2) · 1ᵀK̃L̃1) / (n (n−3))
 *
 * @param k and `l`: of the same samples, at least four.
 */
export function unbiasedHsic(k: CentredGram, l: CentredGram): number {
  const n = k.samples;
  let trace = 0;
  for (let i = 0; i < k.values.length; i++) trace += k.values[i] * l.values[i];
  let mixed = 0;
  for (let i = 0; i < n; i++) mixed += k.rows[i] * l.rows[i];
  return (trace + (k.total * l.total) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * mixed) / (n * (n - 3));
}
