import { type FileHandle, open } from 'node:fs/promises';
import { readHeader, readTensor, type Tensor, writeTensors } from '../../files/safetensors.js';
import { ShapeError } from '../../shape/jsonShape.js';
import type { LabelAnswers } from '../../stats/accuracy.js';
import { GroupedMoments } from '../../stats/groups.js';
import type { Magnitudes } from '../../stats/magnitudes.js';
import type { PackedMoments } from '../../stats/packedMoments.js';
import type { PackedFeed } from './packedFeed.js';

/** What one measured output has added up to, without the numbers themselves. */
export interface LayerState {
  readonly name: string;
  /** Absent where nothing came yet. */
  readonly features?: number;
  readonly groups?: number;
  /** The batch that first had rows. */
  readonly firstRows: number;
  readonly invalid?: { readonly batch: number; readonly reason: string };
  readonly magnitudes?: Magnitudes;
}

/** What a collector of moments has found so far, but for the moments, which are kept in a file. */
export interface MomentState {
  readonly layers: readonly LayerState[];
  readonly batches: number;
  readonly skipped: number;
  readonly skippedOrigins: readonly string[];
  readonly answers: {
    readonly width: number;
    readonly labels: readonly (readonly [string, StoredAnswers])[];
  };
  /** What a recurrent model handed to the next sample. */
  readonly remembered?: PackedFeed;
  readonly offending?: { readonly number: number; readonly feed: PackedFeed };
}

interface StoredAnswers {
  readonly samples: number;
  readonly first: readonly (readonly [number, number])[];
  readonly among: readonly (readonly [number, number])[];
}

/** Maps as lists of pairs, for JSON. */
export function storedAnswers({ samples, first, among }: LabelAnswers): StoredAnswers {
  return { samples, first: [...first], among: [...among] };
}

const PARTS = ['count', 'sum', 'triangle'] as const;

/**
 * Writes the groups of all layers as a safetensors file, which lies on the disk when this is through.
 *
 * @param layers by their order; `undefined` where nothing came yet.
 */
export async function writeGroups(
  path: string,
  layers: readonly (readonly PackedMoments[] | undefined)[],
): Promise<void> {
  const tensors = layers.flatMap((groups = [], i) =>
    groups.flatMap(({ count, sum, triangle }, g): Tensor[] => [
      { name: `${i}/${g}/count`, shape: [], data: Float64Array.of(count) },
      { name: `${i}/${g}/sum`, shape: [sum.length], data: sum },
      { name: `${i}/${g}/triangle`, shape: [triangle.length], data: triangle },
    ]),
  );
  const file = await open(path, 'w');
  try {
    await writeTensors(file, tensors);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Reads what `writeGroups` wrote.
 *
 * @throws ShapeError where the file is damaged, or does not hold the moments of these layers.
 */
export async function readGroups(
  path: string,
  layers: readonly LayerState[],
): Promise<(GroupedMoments | undefined)[]> {
  const file = await open(path, 'r');
  try {
    const read = await tensorsOf(file);
    const found: (GroupedMoments | undefined)[] = [];
    for (const [i, { name, features, groups }] of layers.entries()) {
      if (features === undefined || groups === undefined) {
        found.push(undefined);
        continue;
      }
      const lengths = { count: 1, sum: features, triangle: (features * (features + 1)) / 2 };
      const packed: PackedMoments[] = [];
      for (let g = 0; g < groups; g++) {
        const [count, sum, triangle] = await Promise.all(
          PARTS.map(async (part) => {
            const data = await read(`${i}/${g}/${part}`);
            if (data?.length !== lengths[part]) throw new ShapeError(name, `lacks the ${part} of group ${g}`);
            return data;
          }),
        );
        packed.push({ count: count[0], sum, triangle });
      }
      found.push(new GroupedMoments(features, packed));
    }
    return found;
  } finally {
    await file.close();
  }
}

async function tensorsOf(file: FileHandle): Promise<(name: string) => Promise<Float64Array | undefined>> {
  const entries = new Map((await readHeader(file, 'F64')).map((entry) => [entry.name, entry]));
  return async (name) => {
    const entry = entries.get(name);
    return entry && readTensor(file, entry);
  };
}
