/**
 * Σ log λᵢ; `null` where the matrix is singular to working precision, that is, where the smallest eigenvalue does
 * not exceed `resolution` (or there is none).
 *
 * @param eigenvalues descending.
 * @param resolution what the smallest eigenvalue must exceed to be more than rounding noise.
 */
export function logDeterminant(eigenvalues: Float64Array, resolution: number): number | null {
  if (isSingular(eigenvalues, resolution)) return null;
  let total = 0;
  for (const eigenvalue of eigenvalues) total += Math.log(eigenvalue);
  return total;
}

/**
 * Π λᵢ; 0 where the matrix is singular to working precision, as in `logDeterminant`. 0 also where the product is
 * smaller than any double, and `null` where it is larger than any: JSON has no Infinity. The logarithm is exact in
 * both cases, and tells a small determinant from a singular matrix.
 */
export function determinant(eigenvalues: Float64Array, resolution: number): number | null {
  if (isSingular(eigenvalues, resolution)) return 0;
  // Large factors while the product is small and small ones while it is large: it leaves the range of a double
  // only where the whole product does.
  let product = 1;
  let largest = 0;
  let smallest = eigenvalues.length - 1;
  while (largest <= smallest) {
    product *= product < 1 ? eigenvalues[largest++] : eigenvalues[smallest--];
  }
  return Number.isFinite(product) ? product : null;
}

function isSingular(eigenvalues: Float64Array, resolution: number): boolean {
  return !((eigenvalues.at(-1) ?? 0) > resolution);
}
