import { NEGLIGIBLE_SQUARE, type Reduction } from '../reduction/tridiagonal.js';
import { reduceFast } from '../reduction/tridiagonalKernel.js';

/** QR steps an eigenvalue takes about 2 of; far beyond that something is wrong with the matrix. */
const STEPS_PER_EIGENVALUE = 30;

/**
 * All eigenvalues of a symmetric matrix, descending. Absolute error: some multiple of Number.EPSILON · λmax.
 *
 * @param matrix `order × order`, row-major. Only the lower triangle is read. **Overwritten.**
 * @throws RangeError where an element is NaN or infinite; Error where the iteration does not converge.
 */
export function symmetricEigenvalues(
  matrix: Float64Array,
  order: number,
  reduce: Reduction = reduceFast,
): Float64Array {
  const scale = scaleToUnit(matrix, order);
  const { diagonal, offDiagonal } = reduce(matrix, order);
  const eigenvalues = tridiagonalEigenvalues(diagonal, offDiagonal);
  for (let i = 0; i < order; i++) eigenvalues[i] *= scale;
  return eigenvalues;
}

/**
 * Divides a symmetric matrix in place by a power of two near its largest element, so that squares neither
 * overflow nor underflow and no digit is lost, and returns that power (1 for a matrix of zeros).
 *
 * @throws RangeError where an element of the lower triangle is NaN or infinite.
 */
export function scaleToUnit(matrix: Float64Array, order: number): number {
  let largest = 0;
  for (let i = 0; i < order; i++) {
    for (let j = i * order; j <= i * order + i; j++) {
      const magnitude = Math.abs(matrix[j]);
      if (magnitude <= largest) continue;
      if (!(magnitude < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`row ${i}, column ${j - i * order} of the matrix is ${matrix[j]}, not a number`);
      }
      largest = magnitude;
    }
  }
  if (largest === 0) return 1;
  const exponent = Math.min(1022, Math.max(-1022, Math.floor(Math.log2(largest))));
  const factor = 2 ** -exponent;
  for (let i = 0; i < matrix.length; i++) matrix[i] *= factor;
  return 2 ** exponent;
}

/**
 * All eigenvalues of a symmetric tridiagonal matrix, descending, by the QR variant of Pal, Walker and Kahan, which
 * works on squares of the couplings and takes no root of them (Parlett, The Symmetric Eigenvalue Problem, 8.15;
 * LAPACK's dsterf). Both arguments are overwritten; the result is `diagonal` itself.
 *
 * @param offDiagonal element i couples i and i + 1. Neither argument has elements much larger than 1.
 * @throws Error where the iteration does not converge.
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  // A coupling this small moves no eigenvalue by more than itself. Without an absolute bound the rounding noise
  // of a rank-deficient matrix would be iterated upon as if it meant something.
  const smallest = Math.max(
    (1e-4 * Number.EPSILON * largestRowSum(diagonal, offDiagonal)) ** 2,
    NEGLIGIBLE_SQUARE,
  );
  const squares = offDiagonal;
  for (let i = 0; i < squares.length; i++) squares[i] *= squares[i];
  const isNegligible = (i: number): boolean =>
    squares[i] <= smallest ||
    squares[i] <= (Number.EPSILON * (Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1])) * 0.5) ** 2;
  let steps = STEPS_PER_EIGENVALUE * diagonal.length;
  let last = diagonal.length - 1;
  while (last > 0) {
    if (isNegligible(last - 1)) {
      last--;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !isNegligible(first - 1)) first--;
    if (steps-- === 0) {
      throw new Error(`the eigenvalues of a ${diagonal.length} × ${diagonal.length} matrix do not converge`);
    }
    qrStep(diagonal, squares, first, last);
  }
  return diagonal.sort().reverse();
}

/** One QR step with Wilkinson's shift on the block first…last, none of whose couplings is negligible. */
function qrStep(diagonal: Float64Array, squares: Float64Array, first: number, last: number): void {
  const halfGap = (diagonal[last - 1] - diagonal[last]) / 2;
  const corner = squares[last - 1];
  const root = Math.sqrt(halfGap * halfGap + corner);
  const shift = diagonal[last] - corner / (halfGap < 0 ? halfGap - root : halfGap + root);

  // Squares of the rotation's cosine and sine; γ is the diagonal element under way, less the shift, and
  // γ²/cosine² what the next rotation turns away.
  let cosine = 1;
  let sine = 0;
  let gamma = diagonal[first] - shift;
  let turned = gamma * gamma;
  for (let k = first; k < last; k++) {
    const square = squares[k];
    const sum = turned + square;
    if (k > first) squares[k - 1] = sine * sum;
    const before = cosine;
    const gammaBefore = gamma;
    const next = diagonal[k + 1];
    cosine = turned / sum;
    sine = square / sum;
    gamma = cosine * (next - shift) - sine * gammaBefore;
    diagonal[k] = gammaBefore + (next - gamma);
    // The inverse of the cosine does not wait for γ as a division by the cosine would.
    turned = turned > NEGLIGIBLE_SQUARE ? gamma * gamma * (sum / turned) : before * square;
  }
  squares[last - 1] = sine * turned;
  diagonal[last] = shift + gamma;
}

/** The largest sum of magnitudes in a row: an upper bound of every |λ|. */
export function largestRowSum(diagonal: Float64Array, offDiagonal: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < diagonal.length; i++) {
    const before = i > 0 ? Math.abs(offDiagonal[i - 1]) : 0;
    const after = i < diagonal.length - 1 ? Math.abs(offDiagonal[i]) : 0;
    largest = Math.max(largest, before + Math.abs(diagonal[i]) + after);
  }
  return largest;
}
