import type { InferenceSession } from 'onnxruntime-node';
import type { LiftModel } from '../../instrument/instrumentedModel.js';
import { covariance } from '../../stats/covariance.js';
import { symmetricEigenvalues } from '../../stats/eigen/eigenvalues.js';
import { affordableGroups } from '../../stats/groups.js';
import { type KeptMoments, withoutPart } from '../../stats/packedMoments.js';
import { groupsFor, type SpectraWithout } from '../../stats/uncertainty.js';
import { MatrixProduct } from '../matrixProduct.js';
import { doublesOf } from '../session/modelSession.js';
import { factorOf } from './factorOf.js';

/**
 * The spectra of layers y = W x + b without the samples of each group, from the moments of x by group: those of y are the
 * eigenvalues of Lᵀ WᵀW L, where L Lᵀ is the covariance of x.
 *
 * @param session of the lift, which gives WᵀW where L is the unit matrix.
 * @param layers with the output of the lift that is their WᵀW.
 * @returns by layer; empty where nothing can be said.
 */
export async function liftedGroups(
  session: InferenceSession,
  names: LiftModel,
  moments: KeptMoments,
  layers: readonly { readonly layer: string; readonly inner: string }[],
): Promise<ReadonlyMap<string, SpectraWithout>> {
  const inputs = moments.sum.length;
  const found = new Map<string, { spectra: Float64Array[]; sizes: number[] }>();
  const [most] = affordableGroups([{ observations: moments.count, features: inputs }]);
  const parts = groupsFor(moments, most);
  if (!parts) return found;
  const { Tensor } = await import('onnxruntime-node');
  const unit = new Float64Array(inputs * inputs);
  for (let i = 0; i < inputs; i++) unit[i * inputs + i] = 1;
  const outputs = await session.run({
    [names.mean]: new Tensor('float64', new Float64Array(inputs), [inputs]),
    [names.factor]: new Tensor('float64', unit, [inputs, inputs]),
  });
  const squares = layers.map(({ layer, inner }) => {
    found.set(layer, { spectra: [], sizes: parts.map(({ count }) => count) });
    return { layer, values: doublesOf(outputs, inner) };
  });
  const product = await MatrixProduct.open();
  try {
    for (const part of parts) {
      const { factor, columns } = factorOf(covariance(withoutPart(moments, part)), inputs);
      const left = { rows: inputs, columns, values: factor };
      for (const { layer, values } of squares) {
        // WᵀW is symmetric, so that it need not be turned.
        const half = await product.transposed({ rows: inputs, columns: inputs, values }, left);
        const { values: inner } = await product.transposed(left, half);
        found.get(layer)?.spectra.push(spectrumOf(inner, columns));
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
