import { UserError } from '../../errors.js';
import { readMoments } from '../../run/files/momentsFile.js';
import type { Run } from '../../run/schema.js';
import { covariance } from '../../stats/covariance.js';
import { delveLayerNames, layerValues } from '../history/delveValues.js';
import { safeName, safeNames } from '../history/safeNames.js';
import { stepsOf } from '../history/steps.js';
import type { RenderOptions } from '../options.js';
import { encodeNpy } from './encodeNpy.js';
import { pickleCounts } from './pickleCounts.js';

/**
 * The folders of the Python package's `npy` writer: one for each value, with a file an epoch, covariances included.
 * Its `reconstruct_csv_from_npy_data` reads them, and cuts them at other thresholds.
 *
 * @throws UserError where a run was made without `--moments`.
 */
export async function npy(
  runs: readonly Run[],
  options: RenderOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const steps = stepsOf(runs, options);
  const files = new Map<string, Uint8Array>();
  const last = new Map<string, number>();
  for (const [index, run] of runs.entries()) {
    const folder = options.folders?.[index];
    if (folder === undefined) {
      throw new UserError('the format npy takes covariances from the folder of each run: give `folders`');
    }
    const moments = await readMoments(folder, run);
    const split = safeName(run.settings.split);
    const layers = safeNames(delveLayerNames(run.layers));
    const step = steps[index];
    const add = (statistic: string, layer: string, content: Uint8Array) => {
      // Python Delve joins an empty prefix to the name, so that it begins with the underscore.
      const name = `_${split}-${statistic}_${layer}`;
      files.set(`${name}/${name}_epoch${step}.npy`, content);
      last.set(name, Math.max(step, last.get(name) ?? 0));
    };
    for (const [position, layer] of run.layers.entries()) {
      for (const { statistic, value, whole } of layerValues(layer)) {
        const isWhole = whole && Number.isInteger(value);
        const array = isWhole ? BigInt64Array.of(BigInt(value)) : Float64Array.of(value);
        add(statistic, layers[position], encodeNpy(array, []));
      }
      const ofLayer = moments.get(layer.name);
      // A matrix with NaN in it would stop Python's eigenvalues for all layers.
      if (!ofLayer || layer.saturation === null) continue;
      const matrix = encodeNpy(covariance(ofLayer), [layer.features, layer.features]);
      add('covariance-matrix', layers[position], matrix);
    }
  }
  files.set('epoch_counter.pkl', pickleCounts(last));
  return files;
}
