import { symmetricEigenvalues } from '../../stats/eigen/eigenvalues.js';
import type { Matrix, MatrixProduct } from '../matrixProduct.js';

/** What the spectra of layers y = W x + b that share an input are computed from. */
export interface InnerTask {
  /** Of x, symmetric. */
  readonly covariance: Matrix;
  /** Of each layer R with R Rᵀ = WᵀW, a row for each of x. */
  readonly factors: readonly Matrix[];
}

/**
 * The spectrum of each y: the eigenvalues of W Q Wᵀ, where Q is the covariance of x, are those of Rᵀ Q R but for zeros.
 *
 * @returns by layer, descending; what cannot be told from 0 is 0.
 */
export async function innerSpectra(
  product: MatrixProduct,
  { covariance, factors }: InnerTask,
): Promise<Float64Array[]> {
  const spectra: Float64Array[] = [];
  for (const factor of factors) {
    // Q is symmetric, so that it need not be turned.
    const half = await product.transposed(covariance, factor);
    const { values: inner } = await product.transposed(factor, half);
    spectra.push(spectrumOf(inner, factor.columns));
  }
  return spectra;
}

function spectrumOf(matrix: Float64Array, order: number): Float64Array {
  const eigenvalues = symmetricEigenvalues(matrix, order);
  const noise = order * Number.EPSILON * (eigenvalues[0] ?? 0);
  return eigenvalues.map((value) => (value > noise ? value : 0));
}
