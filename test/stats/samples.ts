import type { Moments } from '../../src/stats/moments.js';

/** Seeded numbers in [0, 1): state ← 1664525 state + 1013904223 mod 2³², the same in the NumPy of the comments. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Seeded numbers of mean 0 and variance about 1. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  for (let i = 0; i < 10; i++) next();
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Rows of features made by `value(row, feature)`. */
export function rowsOf(
  count: number,
  features: number,
  value: (row: number, feature: number) => number,
): number[][] {
  return Array.from({ length: count }, (_, row) => Array.from({ length: features }, (_, j) => value(row, j)));
}

/** Moments of rows, straight from the definition, about `shift` where one is given. */
export function momentsOf(
  rows: readonly number[][],
  features = rows[0].length,
  shift?: Float64Array,
): Moments {
  const sum = new Float64Array(features);
  const scatter = new Float64Array(features * features);
  for (const row of rows) {
    const x = row.map((value, j) => value - (shift ? shift[j] : 0));
    for (let i = 0; i < features; i++) {
      sum[i] += x[i];
      for (let j = 0; j < features; j++) scatter[i * features + j] += x[i] * x[j];
    }
  }
  return { count: rows.length, sum, scatter };
}

/** The covariance as a textbook computes it, in two passes: Σ (x − m)(x − m)ᵀ / n. */
export function twoPassCovariance(rows: readonly number[][]): Float64Array {
  const mean = rows[0].map(
    (_, j) => rows.reduce((sum, row) => sum + (row[j] - rows[0][j]), 0) / rows.length + rows[0][j],
  );
  const { scatter } = momentsOf(rows, mean.length, Float64Array.from(mean));
  return scatter.map((value) => value / rows.length);
}

export function symmetric(order: number, value: (i: number, j: number) => number): Float64Array {
  const matrix = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * order + j] = value(i, j);
      matrix[j * order + i] = matrix[i * order + j];
    }
  }
  return matrix;
}

/** A full matrix of known eigenvalues: diag(λ) turned by a few reflections I − 2 v vᵀ, H₃H₂H₁ diag(λ) H₁H₂H₃. */
export function withEigenvalues(eigenvalues: ArrayLike<number>, seed: number): Float64Array {
  const order = eigenvalues.length;
  const next = normal(seed);
  let matrix = symmetric(order, (i, j) => (i === j ? eigenvalues[i] : 0));
  for (let reflection = 0; reflection < 3; reflection++) {
    const direction = Float64Array.from({ length: order }, next);
    const norm = Math.hypot(...direction);
    const v = direction.map((value) => value / norm);
    // H A H = A − v pᵀ − p vᵀ with p = 2 A v − 2 (vᵀA v) v.
    const product = v.map((_, i) => v.reduce((sum, value, j) => sum + matrix[i * order + j] * value, 0));
    const inner = v.reduce((sum, value, i) => sum + value * product[i], 0);
    const p = product.map((value, i) => 2 * value - 2 * inner * v[i]);
    const before = matrix;
    matrix = symmetric(order, (i, j) => before[i * order + j] - v[i] * p[j] - p[i] * v[j]);
  }
  return matrix;
}

/** max |aᵢ − bᵢ|. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} against ${b.length} values`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
