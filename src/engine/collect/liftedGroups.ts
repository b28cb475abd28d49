import type { InferenceSession } from 'onnxruntime-node';
import type { LiftModel } from '../../instrument/instrumentedModel.js';
import { covariance } from '../../stats/covariance.js';
import { symmetricEigenvalues } from '../../stats/eigen/eigenvalues.js';
import { type KeptMoments, withoutPart } from '../../stats/packedMoments.js';
import { groupsFor, type SpectraWithout } from '../../stats/uncertainty.js';
import { MatrixProduct } from '../matrixProduct.js';
import { doublesOf } from '../session/modelSession.js';
import { factorOf } from './factorOf.js';

/** A layer that is measured at its input, whose errors are to be told. */
export interface LiftedGroup {
  readonly layer: string;
  /** The output of the lift that is its WᵀW where the factor is the unit matrix. */
  readonly inner: string;
  readonly features: number;
  /** Groups are joined until there are no more than so many. */
  readonly most: number;
}

/**
 * The spectra of layers y = W x + b without the samples of each group, from the moments of x by group: those of y are the
 * eigenvalues of Lᵀ WᵀW L, where L Lᵀ is the covariance of x.
 *
 * @param session of the lift, which gives WᵀW where L is the unit matrix.
 * @returns by layer; empty where nothing can be said.
 */
export async function liftedGroups(
  session: InferenceSession,
  names: LiftModel,
  moments: KeptMoments,
  layers: readonly LiftedGroup[],
): Promise<ReadonlyMap<string, SpectraWithout>> {
  const inputs = moments.sum.length;
  const found = new Map<string, { spectra: Float64Array[]; sizes: number[] }>();
  const told = layers.flatMap(({ layer, inner, features, most }) => {
    const parts = groupsFor(moments, most, features);
    return parts ? [{ layer, inner, parts }] : [];
  });
  if (told.length === 0) return found;
  const { Tensor } = await import('onnxruntime-node');
  const unit = new Float64Array(inputs * inputs);
  for (let i = 0; i < inputs; i++) unit[i * inputs + i] = 1;
  const outputs = await session.run({
    [names.mean]: new Tensor('float64', new Float64Array(inputs), [inputs]),
    [names.factor]: new Tensor('float64', unit, [inputs, inputs]),
  });
  const product = await MatrixProduct.open();
  try {
    // Layers with as many groups share their factors.
    for (const count of new Set(told.map(({ parts }) => parts.length))) {
      const alike = told.filter(({ parts }) => parts.length === count);
      const [{ parts }] = alike;
      const squares = alike.map(({ layer, inner }) => {
        const spectra: Float64Array[] = [];
        found.set(layer, { spectra, sizes: parts.map((part) => part.count) });
        return { spectra, values: doublesOf(outputs, inner) };
      });
      for (const part of parts) {
        const { factor, columns } = factorOf(covariance(withoutPart(moments, part)), inputs);
        const left = { rows: inputs, columns, values: factor };
        for (const { spectra, values } of squares) {
          // WᵀW is symmetric, so that it need not be turned.
          const half = await product.transposed({ rows: inputs, columns: inputs, values }, left);
          const { values: inner } = await product.transposed(left, half);
          spectra.push(spectrumOf(inner, columns));
        }
      }
    }
  } finally {
    await product.release();
  }
  return found;
}

/** Eigenvalues, descending; what cannot be told from 0 is 0. */
function spectrumOf(matrix: Float64Array, order: number): Float64Array {
  const eigenvalues = symmetricEigenvalues(matrix, order);
  const noise = order * Number.EPSILON * (eigenvalues[0] ?? 0);
  return eigenvalues.map((value) => (value > noise ? value : 0));
}
