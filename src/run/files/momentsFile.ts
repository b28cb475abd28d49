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
import type { KeptMoments, PackedMoments } from '../../stats/packedMoments.js';
import { unpacked } from '../../stats/packedMoments.js';
import type { Run } from '../schema.js';
import { runFolder } from './runFolder.js';

/** The file of a run directory that holds the moments of its layers. */
export const MOMENTS_FILE = 'moments.safetensors';

const PARTS = ['count', 'sum', 'scatter'] as const;

/** A group's triangle is the lower half of its scatter, row by row. */
const GROUP_PARTS = ['count', 'sum', 'triangle'] as const;

/** No run has so many groups; a file that says so is damaged. */
const MOST_GROUPS = 1024;

/**
 * Writes `<layer>/count` (a scalar), `<layer>/sum` (features) and `<layer>/scatter` (features × features), and where they
 * are told apart by groups of samples `<layer>/group<g>/count`, `…/sum` and `…/triangle` for each.
 */
export async function writeMoments(
  file: FileHandle,
  moments: ReadonlyMap<string, KeptMoments>,
): Promise<void> {
  const tensors = [...moments].flatMap(([layer, { count, sum, scatter, groups = [] }]): Tensor[] => [
    { name: `${layer}/count`, shape: [], data: Float64Array.of(count) },
    { name: `${layer}/sum`, shape: [sum.length], data: sum },
    { name: `${layer}/scatter`, shape: [sum.length, sum.length], data: scatter },
    ...groups.flatMap((group, g): Tensor[] => [
      { name: `${layer}/group${g}/count`, shape: [], data: Float64Array.of(group.count) },
      { name: `${layer}/group${g}/sum`, shape: [sum.length], data: group.sum },
      { name: `${layer}/group${g}/triangle`, shape: [group.triangle.length], data: group.triangle },
    ]),
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
export async function readMoments(dirOrFile: string, run: Run): Promise<Map<string, KeptMoments>> {
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
    const moments = new Map<string, KeptMoments>();
    for (const layer of run.layers) {
      const read = await readLayer(file, entries, layer.name);
      if (!read) {
        if (layer.saturation === null) continue;
        throw new ShapeError('', `holds no moments of layer ${layer.name}`);
      }
      if (layer.saturation !== null) requireSame(layer, read);
      const complaint = impossible(read, run.settings.precision);
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
): Promise<KeptMoments | undefined> {
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
  const groups = await readGroups(file, entries, layer, features);
  return {
    count: observations,
    sum: await readTensor(file, sum),
    scatter: await readTensor(file, scatter),
    ...(groups.length > 0 ? { groups } : {}),
  };
}

/** Reads the moments of a layer's groups, and takes their entries out. */
async function readGroups(
  file: FileHandle,
  entries: Map<string, TensorEntry>,
  layer: string,
  features: number,
): Promise<PackedMoments[]> {
  const groups: PackedMoments[] = [];
  for (let g = 0; g < MOST_GROUPS; g++) {
    const path = `${layer}/group${g}`;
    const [count, sum, triangle] = GROUP_PARTS.map((part) => entries.get(`${path}/${part}`));
    if (!count || !sum || !triangle) break;
    for (const part of GROUP_PARTS) entries.delete(`${path}/${part}`);
    const fits =
      count.shape.length === 0 &&
      sum.shape.join() === `${features}` &&
      triangle.shape.join() === `${(features * (features + 1)) / 2}`;
    if (!fits) throw new ShapeError(path, `does not fit the ${features} features of the layer`);
    const [observations] = await readTensor(file, count);
    groups.push({
      count: observations,
      sum: await readTensor(file, sum),
      triangle: await readTensor(file, triangle),
    });
  }
  return groups;
}

/**
 * Of the squares of a layer, relative to the largest: groups are added up in another order than the whole, and what float32
 * products leave of directions that are not there is cut off each for itself where a layer is measured at its input.
 */
const ROUNDING = { float64: 1e-9, float32: 1e-5 } as const;

function impossible(moments: KeptMoments, precision: Run['settings']['precision']): string | undefined {
  const whole = impossibleMoments(moments, precision);
  if (whole !== undefined || !moments.groups) return whole;
  for (const [g, group] of moments.groups.entries()) {
    const complaint = impossibleMoments(unpacked(group), precision);
    if (complaint !== undefined) return `${complaint}, in group ${g}`;
  }
  const features = moments.sum.length;
  const total = (of: (group: PackedMoments) => number) =>
    moments.groups?.reduce((sum, group) => sum + of(group), 0) ?? 0;
  if (total(({ count }) => count) !== moments.count) return 'groups with other observations than the whole';
  let largest = 0;
  for (let i = 0; i < features; i++) largest = Math.max(largest, moments.scatter[i * features + i]);
  for (let i = 0; i < features; i++) {
    const square = moments.scatter[i * features + i];
    const squares = total(({ triangle }) => triangle[(i * (i + 3)) / 2]);
    if (Math.abs(squares - square) > ROUNDING[precision] * largest) {
      return `groups whose squares add up to ${squares} where the whole has ${square} (feature ${i})`;
    }
  }
  return undefined;
}

function requireSame(
  { name, observations, features }: { name: string; observations: number; features: number },
  { count, sum }: KeptMoments,
): void {
  if (count !== observations || sum.length !== features) {
    throw new ShapeError(
      name,
      `has ${count} observations of ${sum.length} features there, and ${observations} of ${features} in the run`,
    );
  }
}
