import type { Moments, ShiftedMoments } from './moments.js';

/** One layer's moments of one batch, as they leave the graph: raw, or about a shift. */
export type BatchMoments = Moments | ShiftedMoments;

/** Moments with one half of their symmetric scatter only. */
export interface PackedMoments {
  /** n: observations. */
  count: number;
  /** Σ x, length `features`. */
  readonly sum: Float64Array;
  /** The lower triangle of Σ x xᵀ with its diagonal, row by row: `features (features + 1) / 2`. */
  readonly triangle: Float64Array;
}

/** Moments that may be told apart by groups of samples. */
export interface KeptMoments extends Moments {
  /** By group; together they are the whole. */
  readonly groups?: readonly PackedMoments[];
}

/** The buffers that hold moments, to be transferred to another thread. */
export function buffersOf({ sum, scatter, groups = [] }: KeptMoments): ArrayBufferLike[] {
  return [sum, scatter, ...groups.flatMap((group) => [group.sum, group.triangle])].map(
    ({ buffer }) => buffer,
  );
}

export function emptyPacked(features: number): PackedMoments {
  return {
    count: 0,
    sum: new Float64Array(features),
    triangle: new Float64Array((features * (features + 1)) / 2),
  };
}

/**
 * Adds `other` to `total`, in place.
 *
 * @throws RangeError where the two differ in features.
 */
export function addPacked(total: PackedMoments, other: PackedMoments): void {
  requireFeatures(total, other.sum.length);
  const { sum, triangle } = total;
  const { sum: otherSum, triangle: otherTriangle } = other;
  total.count += other.count;
  for (let i = 0; i < sum.length; i++) sum[i] += otherSum[i];
  for (let i = 0; i < triangle.length; i++) triangle[i] += otherTriangle[i];
}

/**
 * Adds the moments of a batch to `total`, in place; those about a shift c become raw: s = s′ + n c and
 * S = S′ + c s′ᵀ + s′ cᵀ + n c cᵀ. Of the scatter, the lower triangle is read.
 *
 * @throws RangeError where the two differ in features.
 */
export function addToPacked(total: PackedMoments, batch: BatchMoments): void {
  requireFeatures(total, batch.sum.length);
  if (batch.scatter.length !== batch.sum.length ** 2) {
    throw new RangeError(
      `a scatter of ${batch.scatter.length} numbers is not that of ${batch.sum.length} features`,
    );
  }
  if ('shift' in batch) addShifted(total, batch);
  else addRaw(total, batch);
}

function addRaw(total: PackedMoments, batch: Moments): void {
  const { sum, triangle } = total;
  const { sum: batchSum, scatter } = batch;
  const features = sum.length;
  total.count += batch.count;
  for (let i = 0, at = 0; i < features; i++) {
    sum[i] += batchSum[i];
    const row = i * features;
    for (let j = 0; j <= i; j++, at++) triangle[at] += scatter[row + j];
  }
}

function addShifted(total: PackedMoments, batch: ShiftedMoments): void {
  const { sum, triangle } = total;
  const { count, shift, sum: batchSum, scatter } = batch;
  const features = sum.length;
  if (shift.length !== features) {
    throw new RangeError(`a shift of ${shift.length} features does not fit moments of ${features}`);
  }
  total.count += count;
  for (let i = 0, at = 0; i < features; i++) {
    const row = i * features;
    const shiftI = shift[i];
    // s′ᵢ + n cᵢ is the raw sum of feature i: it multiplies cⱼ in both of the last two terms.
    const rawSumI = batchSum[i] + count * shiftI;
    sum[i] += rawSumI;
    for (let j = 0; j <= i; j++, at++) {
      triangle[at] += scatter[row + j] + (shiftI * batchSum[j] + rawSumI * shift[j]);
    }
  }
}

/** With the whole scatter, exactly symmetric. */
export function unpacked({ count, sum, triangle }: PackedMoments): Moments {
  const features = sum.length;
  const scatter = new Float64Array(features * features);
  for (let i = 0, at = 0; i < features; i++) {
    for (let j = 0; j <= i; j++, at++) {
      scatter[i * features + j] = triangle[at];
      scatter[j * features + i] = triangle[at];
    }
  }
  return { count, sum: sum.slice(), scatter };
}

/**
 * The moments of the observations in `whole` that are not in `part`.
 *
 * @throws RangeError where the two differ in features.
 */
export function withoutPart(whole: Moments, part: PackedMoments): Moments {
  requireFeatures(part, whole.sum.length);
  const features = whole.sum.length;
  const scatter = new Float64Array(features * features);
  for (let i = 0, at = 0; i < features; i++) {
    for (let j = 0; j <= i; j++, at++) {
      const rest = whole.scatter[i * features + j] - part.triangle[at];
      scatter[i * features + j] = rest;
      scatter[j * features + i] = rest;
    }
  }
  return {
    count: whole.count - part.count,
    sum: whole.sum.map((value, i) => value - part.sum[i]),
    scatter,
  };
}

function requireFeatures({ sum }: PackedMoments, features: number): void {
  if (sum.length !== features) {
    throw new RangeError(`moments of ${features} features do not add to moments of ${sum.length}`);
  }
}
