import { NEGLIGIBLE_SQUARE, type Reduction } from './tridiagonal.js';
import { reduceFast } from './tridiagonalKernel.js';

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
 * All eigenvalues of a symmetric tridiagonal matrix, descending, by implicit QR steps with Wilkinson's shift
 * (Golub & Van Loan, Matrix Computations, 8.3.3–8.3.5). Both arguments are overwritten; the result is
 * `diagonal` itself.
 *
 * @param offDiagonal element i couples i and i + 1.
 * @throws Error where the iteration does not converge.
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  // A coupling this small moves no eigenvalue by more than itself. Without an absolute bound the rounding noise
  // of a rank-deficient matrix would be iterated upon as if it meant something.
  const smallest = 1e-4 * Number.EPSILON * largestRowSum(diagonal, offDiagonal);
  const isNegligible = (i: number): boolean => {
    const coupling = Math.abs(offDiagonal[i]);
    return (
      coupling <= smallest ||
      coupling <= Number.EPSILON * (Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1])) * 0.5
    );
  };
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
    qrStep(diagonal, offDiagonal, first, last);
  }
  return diagonal.sort().reverse();
}

/** One implicit QR step on the block first…last, none of whose couplings is negligible. */
function qrStep(diagonal: Float64Array, offDiagonal: Float64Array, first: number, last: number): void {
  const halfGap = (diagonal[last - 1] - diagonal[last]) / 2;
  const corner = offDiagonal[last - 1];
  const root = Math.sqrt(halfGap * halfGap + corner * corner);
  const shift = diagonal[last] - (corner * corner) / (halfGap < 0 ? halfGap - root : halfGap + root);

  // Rotations of rows k and k + 1 chase the element outside the band (the bulge) down to the end of the block.
  let target = diagonal[first] - shift;
  let bulge = offDiagonal[first];
  for (let k = first; k < last; k++) {
    const square = target * target + bulge * bulge;
    const norm = Math.sqrt(square);
    const turns = square >= NEGLIGIBLE_SQUARE;
    const cosine = turns ? target / norm : 1;
    const sine = turns ? bulge / norm : 0;
    if (k > first) offDiagonal[k - 1] = turns ? norm : target;

    const coupling = offDiagonal[k];
    const turned = sine * (diagonal[k + 1] - diagonal[k]) + 2 * cosine * coupling;
    diagonal[k] += sine * turned;
    diagonal[k + 1] -= sine * turned;
    offDiagonal[k] = cosine * turned - coupling;
    if (k < last - 1) {
      target = offDiagonal[k];
      bulge = sine * offDiagonal[k + 1];
      offDiagonal[k + 1] *= cosine;
    }
  }
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
