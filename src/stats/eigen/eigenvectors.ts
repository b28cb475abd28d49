import type { Reduction, Tridiagonal } from '../reduction/tridiagonal.js';
import { reduceFast } from '../reduction/tridiagonalKernel.js';
import { largestRowSum, scaleToUnit, tridiagonalEigenvalues } from './eigenvalues.js';
import { factorizeTridiagonal } from './tridiagonalSolve.js';

/** Eigenvalues, descending, with an orthonormal eigenvector each. */
export interface Eigenpairs {
  readonly values: Float64Array;
  /** One vector after the other, each of length `order`; its largest element is positive. */
  readonly vectors: Float64Array;
}

/** Two or three steps suffice from a random start; only a start nearly orthogonal to the vector takes more. */
const MAX_STEPS = 10;

/**
 * The `wanted` largest eigenvalues of a symmetric matrix and their eigenvectors: inverse iteration on the
 * tridiagonal form, each vector held orthogonal to those before it (which decides where eigenvalues coincide
 * or nearly do), then taken back through the reflections.
 *
 * @param matrix `order × order`, row-major. Only the lower triangle is read. **Overwritten.**
 * @throws RangeError where an element is NaN or infinite; Error where the iteration does not converge.
 */
export function leadingEigenpairs(
  matrix: Float64Array,
  order: number,
  wanted: number,
  reduce: Reduction = reduceFast,
): Eigenpairs {
  const count = Math.min(wanted, order);
  const scale = scaleToUnit(matrix, order);
  const tridiagonal = reduce(matrix, order);
  const { diagonal, offDiagonal } = tridiagonal;
  const values = tridiagonalEigenvalues(diagonal.slice(), offDiagonal.slice()).slice(0, count);
  const vectors = new Float64Array(count * order);
  for (let k = 0; k < count; k++) iterateInversely(tridiagonal, values[k], vectors, k);
  for (let k = 0; k < count; k++) {
    const vector = vectors.subarray(k * order, (k + 1) * order);
    reflectBack(matrix, tridiagonal.halfNorms, vector);
    pointLargestUp(vector);
    values[k] *= scale;
  }
  return { values, vectors };
}

/** Writes the k-th eigenvector of the tridiagonal matrix behind the k vectors that stand in `vectors`. */
function iterateInversely(
  { diagonal, offDiagonal }: Tridiagonal,
  eigenvalue: number,
  vectors: Float64Array,
  k: number,
): void {
  const order = diagonal.length;
  const vector = vectors.subarray(k * order, (k + 1) * order);
  const norm = largestRowSum(diagonal, offDiagonal);
  const solve = factorizeTridiagonal(diagonal, offDiagonal, eigenvalue, Number.EPSILON * (norm || 1));
  const tolerance = 8 * order * Number.EPSILON * norm;
  fillPseudoRandom(vector, k + 1);
  orthonormalize(vectors, k, vector);
  for (let step = 1; step <= MAX_STEPS; step++) {
    solve(vector);
    orthonormalize(vectors, k, vector);
    // One step more than the residual asks for: it brings the other eigenvectors' share down to rounding.
    if (step > 1 && residual(diagonal, offDiagonal, eigenvalue, vector) <= tolerance) return;
  }
  throw new Error(`eigenvector ${k + 1} of a ${order} × ${order} matrix does not converge`);
}

/** ‖T v − λ v‖. */
function residual(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  eigenvalue: number,
  v: Float64Array,
): number {
  let square = 0;
  for (let i = 0; i < v.length; i++) {
    let difference = (diagonal[i] - eigenvalue) * v[i];
    if (i > 0) difference += offDiagonal[i - 1] * v[i - 1];
    if (i < v.length - 1) difference += offDiagonal[i] * v[i + 1];
    square += difference * difference;
  }
  return Math.sqrt(square);
}

/** Gram–Schmidt against the first `count` vectors, twice, since once leaves what cancellation brought in. */
function orthonormalize(vectors: Float64Array, count: number, vector: Float64Array): void {
  normalize(vector);
  for (let pass = 0; pass < 2; pass++) {
    for (let k = 0; k < count; k++) {
      const offset = k * vector.length;
      let along = 0;
      for (let i = 0; i < vector.length; i++) along += vectors[offset + i] * vector[i];
      for (let i = 0; i < vector.length; i++) vector[i] -= along * vectors[offset + i];
    }
    normalize(vector);
  }
}

function normalize(vector: Float64Array): void {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  let square = 0;
  for (const value of vector) square += (value / largest) ** 2;
  const norm = Math.sqrt(square);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i] / largest / norm;
}

/** v ← P v: the reflections of `reduceToTridiagonal`, the last made first. */
function reflectBack(matrix: Float64Array, halfNorms: Float64Array, vector: Float64Array): void {
  const order = vector.length;
  for (let k = 1; k < order; k++) {
    if (halfNorms[k] === 0) continue;
    const row = k * order;
    let inner = 0;
    for (let j = 0; j < k; j++) inner += matrix[row + j] * vector[j];
    const factor = inner / halfNorms[k];
    for (let j = 0; j < k; j++) vector[j] -= factor * matrix[row + j];
  }
}

/** An eigenvector's sign is free; fixing it makes embeddings the same from run to run. */
function pointLargestUp(vector: Float64Array): void {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let i = 0; i < vector.length; i++) vector[i] = -vector[i];
}

/** Numbers in (−0.5, 0.5), the same for the same seed (a linear congruential generator modulo 2³²). */
function fillPseudoRandom(vector: Float64Array, seed: number): void {
  let state = seed >>> 0;
  for (let i = 0; i < vector.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    vector[i] = (state + 0.5) / 2 ** 32 - 0.5;
  }
}
