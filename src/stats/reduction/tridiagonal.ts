/** The symmetric tridiagonal matrix T = Pᵀ A P, and the reflections that make up P. */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** `offDiagonal[i]` couples i and i + 1; the last element is 0. */
  readonly offDiagonal: Float64Array;
  /**
   * uᵀu/2 of the reflection I − u uᵀ/(uᵀu/2) that cleared row k, where row k of the overwritten matrix holds u in
   * its first k elements; 0 where there was nothing to clear. P is their product from the last row to the first.
   */
  readonly halfNorms: Float64Array;
}

/** Reduces the lower triangle of an `order × order` matrix, row-major, and overwrites it with the reflections. */
export type Reduction = (matrix: Float64Array, order: number) => Tridiagonal;

/**
 * What squares and their sums may lose without any effect: elements are at most about 1, rounding is 1e-16 of
 * that, and anything below 1e-140 would only drive u uᵀ/(uᵀu/2) into underflow.
 */
export const NEGLIGIBLE_SQUARE = 1e-280;

/**
 * Reduces a symmetric matrix to tridiagonal form by Householder reflections (Golub & Van Loan, Matrix
 * Computations, 8.3.1), from the last row upwards, so that rows of the lower triangle are read as they lie in
 * memory. Only the lower triangle is read; it is overwritten with the reflections.
 *
 * @param matrix `order × order`, row-major, no element much larger than 1 (see `symmetricEigenvalues`).
 */
export function reduceToTridiagonal(matrix: Float64Array, order: number): Tridiagonal {
  const diagonal = new Float64Array(order);
  const offDiagonal = new Float64Array(order);
  const halfNorms = new Float64Array(order);
  // The rank-2 update of one reflection, A − v wᵀ − w vᵀ, waits until the next reflection u is known: then one
  // pass over memory both applies it and forms A u. Only row k is brought up to date before, to find u.
  let v = new Float64Array(order);
  let w = new Float64Array(order);
  let u = new Float64Array(order);
  let product = new Float64Array(order);
  for (let k = order - 1; k >= 1; k--) {
    const row = k * order;
    const vk = v[k];
    const wk = w[k];
    for (let j = 0; j <= k; j++) matrix[row + j] -= vk * w[j] + wk * v[j];
    diagonal[k] = matrix[row + k];

    const half = reflectionOf(matrix, row, k, offDiagonal);
    halfNorms[k] = half;
    for (let j = 0; j < k; j++) u[j] = matrix[row + j];
    product.fill(0, 0, k);
    updateAndMultiply(matrix, order, k, v, w, u, product);

    if (half > 0) {
      let inner = 0;
      for (let j = 0; j < k; j++) inner += u[j] * product[j];
      const along = inner / half / (2 * half);
      for (let j = 0; j < k; j++) product[j] = product[j] / half - along * u[j];
    }
    [v, u] = [u, v];
    [w, product] = [product, w];
  }
  if (order > 0) diagonal[0] = matrix[0];
  return { diagonal, offDiagonal, halfNorms };
}

/**
 * Replaces the first k elements x of the row by the u whose reflection takes x to ∓‖x‖ in its last place, writes
 * that last place to `offDiagonal` and returns uᵀu/2. Where x is in that form already, u and the result are 0.
 */
function reflectionOf(matrix: Float64Array, row: number, k: number, offDiagonal: Float64Array): number {
  const last = matrix[row + k - 1];
  let rest = 0;
  for (let j = row; j < row + k - 1; j++) rest += matrix[j] * matrix[j];
  if (rest < NEGLIGIBLE_SQUARE) {
    offDiagonal[k - 1] = last;
    matrix.fill(0, row, row + k);
    return 0;
  }
  const norm = Math.sqrt(rest + last * last);
  // The sign that adds to |last| instead of cancelling it.
  const signed = last < 0 ? -norm : norm;
  offDiagonal[k - 1] = -signed;
  matrix[row + k - 1] = last + signed;
  return norm * (norm + Math.abs(last));
}

/**
 * Lower triangle of the leading k × k block: A ← A − v wᵀ − w vᵀ and product += A u, in one pass. Two rows at a
 * time, since each then shares the loads of v, w, u and the store of the product.
 */
function updateAndMultiply(
  matrix: Float64Array,
  order: number,
  k: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  product: Float64Array,
): void {
  let i = 0;
  for (; i + 1 < k; i += 2) {
    const row0 = i * order;
    const row1 = row0 + order;
    const [v0, w0, u0] = [v[i], w[i], u[i]];
    const [v1, w1, u1] = [v[i + 1], w[i + 1], u[i + 1]];
    let product0 = 0;
    let product1 = 0;
    for (let j = 0; j < i; j++) {
      const vj = v[j];
      const wj = w[j];
      const uj = u[j];
      const a0 = matrix[row0 + j] - (v0 * wj + w0 * vj);
      const a1 = matrix[row1 + j] - (v1 * wj + w1 * vj);
      matrix[row0 + j] = a0;
      matrix[row1 + j] = a1;
      product0 += a0 * uj;
      product1 += a1 * uj;
      product[j] += a0 * u0 + a1 * u1;
    }
    const corner0 = matrix[row0 + i] - 2 * v0 * w0;
    const between = matrix[row1 + i] - (v1 * w0 + w1 * v0);
    const corner1 = matrix[row1 + i + 1] - 2 * v1 * w1;
    matrix[row0 + i] = corner0;
    matrix[row1 + i] = between;
    matrix[row1 + i + 1] = corner1;
    product[i] += product0 + corner0 * u0 + between * u1;
    product[i + 1] += product1 + between * u0 + corner1 * u1;
  }
  if (i < k) {
    const row = i * order;
    let total = 0;
    for (let j = 0; j < i; j++) {
      const a = matrix[row + j] - (v[i] * w[j] + w[i] * v[j]);
      matrix[row + j] = a;
      total += a * u[j];
      product[j] += a * u[i];
    }
    const corner = matrix[row + i] - 2 * v[i] * w[i];
    matrix[row + i] = corner;
    product[i] += total + corner * u[i];
  }
}
