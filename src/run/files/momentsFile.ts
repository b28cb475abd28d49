import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import { requireRegular } from '../../files/regularFile.js';
import {
  readHeader,
  readTensor,
  type Tensor,
  type TensorEntry,
  writeTensors,
} from '../../files/safetensors.js';
import { ShapeError } from '../../shape/jsonShape.js';
import { impossibleMoments } from '../../stats/impossibleMoments.js';
import type { Moments } from '../../stats/moments.js';
import type { Run } from '../schema.js';
import { runFolder } from './runFolder.js';

/** The file of a run directory that holds the moments of its layers. */
export const MOMENTS_FILE = 'moments.safetensors';

const PARTS = ['count', 'sum', 'scatter'] as const;

/** Writes `<layer>/count` (a scalar), `<layer>/sum` (features) and `<layer>/scatter` (features × features). */
export async function writeMoments(file: FileHandle, moments: ReadonlyMap<string, Moments>): Promise<void> {
  const tensors = [...moments].flatMap(([layer, { count, sum, scatter }]): Tensor[] => [
    { name: `${layer}/count`, shape: [], data: Float64Array.of(count) },
    { name: `${layer}/sum`, shape: [sum.length], data: sum },
    { name: `${layer}/scatter`, shape: [sum.length, sum.length], data: scatter },
  ]);
  await writeTensors(file, tensors);
}

/**
 * The moments of a run's layers, by layer name, in the run's order. Layers that have none (invalid ones) are absent.
 *
 * @param dirOrFile the run's directory, or its `run.json`.
 * @param run what `readRun` read there: the moments must be those of its layers.
 * @throws UserError where the run was made without `--moments`, or the file is damaged, belongs to another run, or
 *   holds what no observations can have.
 */
export async function readMoments(dirOrFile: string, run: Run): Promise<Map<string, Moments>> {
  const folder = await runFolder(dirOrFile);
  const path = join(folder, MOMENTS_FILE);
  await requireRegular(path);
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(
      missing
        ? `the run ${folder} has no ${MOMENTS_FILE}: analyze again with --moments`
        : `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  try {
    const entries = new Map((await readHeader(file, 'F64')).map((entry) => [entry.name, entry]));
    const moments = new Map<string, Moments>();
    for (const layer of run.layers) {
      const read = await readLayer(file, entries, layer.name);
      if (!read) {
        if (layer.saturation === null) continue;
        throw new ShapeError('', `holds no moments of layer ${layer.name}`);
      }
      if (layer.saturation !== null) requireSame(layer, read);
      const complaint = impossibleMoments(read, run.settings.precision);
      if (complaint !== undefined)
        throw new ShapeError(`layer ${layer.name}`, `has ${complaint}, which cannot be`);
      moments.set(layer.name, read);
    }
    const [stray] = entries.keys();
    if (stray !== undefined) throw new ShapeError(stray, 'belongs to no layer of the run');
    return moments;
  } catch (error) {
    throw new UserError(`${path} does not hold the moments of this run: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await file.close();
  }
}

/** Reads one layer's moments and takes their entries out; `undefined` where there are none at all. */
async function readLayer(
  file: FileHandle,
  entries: Map<string, TensorEntry>,
  layer: string,
): Promise<Moments | undefined> {
  const [count, sum, scatter] = PARTS.map((part) => entries.get(`${layer}/${part}`));
  if (!count && !sum && !scatter) return undefined;
  if (!count || !sum || !scatter) throw new ShapeError(layer, 'lacks its count, its sum or its scatter');
  for (const part of PARTS) entries.delete(`${layer}/${part}`);
  const [features = -1] = sum.shape;
  const fits =
    count.shape.length === 0 &&
    sum.shape.length === 1 &&
    scatter.shape.length === 2 &&
    scatter.shape.every((dimension) => dimension === features);
  if (!fits) {
    throw new ShapeError(
      layer,
      `has a sum of shape [${sum.shape.join(', ')}] and a scatter of shape [${scatter.shape.join(', ')}], which do not fit`,
    );
  }
  const [observations] = await readTensor(file, count);
  if (!Number.isSafeInteger(observations) || observations < 0) {
    throw new ShapeError(`${layer}/count`, `should be a whole number, but is ${observations}`);
  }
  return {
    count: observations,
    sum: await readTensor(file, sum),
    scatter: await readTensor(file, scatter),
  };
}

function requireSame(
  { name, observations, features }: { name: string; observations: number; features: number },
  { count, sum }: Moments,
): void {
  if (count !== observations || sum.length !== features) {
    throw new ShapeError(
      name,
      `has ${count} observations of ${sum.length} features there, and ${observations} of ${features} in the run`,
    );
  }
}
