/**
 * The additive state of one layer: everything that saturation needs to know of `count` observations.
 * Two states over disjoint observations add up, element by element, to the state over both.
 */
export interface Moments {
  /** n: observations. */
  count: number;
  /** Σ x, length `features`. */
  readonly sum: Float64Array;
  /** Σ x xᵀ, `features × features`, row-major, symmetric. */
  readonly scatter: Float64Array;
}

/** Moments of x′ = x − shift: Σ x′ and Σ x′x′ᵀ, which lose no digits where the mean is far from 0. */
export interface ShiftedMoments extends Moments {
  /** What was subtracted from every observation, length `features`. */
  readonly shift: Float64Array;
}

/** The moments of no observation at all: what a run starts from. */
export function emptyMoments(features: number): Moments {
  return { count: 0, sum: new Float64Array(features), scatter: new Float64Array(features * features) };
}

/**
 * The moments of `count` observations of this mean and covariance: s = n m, S = n (Q + m mᵀ).
 *
 * @param covariance `features × features`, row-major, symmetric. **Overwritten**: it becomes the scatter.
 */
export function momentsFrom(count: number, mean: Float64Array, covariance: Float64Array): Moments {
  const features = mean.length;
  for (let i = 0; i < features; i++) {
    const row = i * features;
    const meanI = mean[i];
    for (let j = 0; j < features; j++) covariance[row + j] = count * (covariance[row + j] + meanI * mean[j]);
  }
  return { count, sum: mean.map((value) => count * value), scatter: covariance };
}

/**
 * Adds `batch` to `total`, in place.
 *
 * @throws RangeError where the two differ in features.
 */
export function addMoments(total: Moments, batch: Moments): void {
  addMultiple(total, batch, 1);
}

/**
 * Takes `times` copies of `sample` out of `total`, in place. A batch that was filled up with copies of one
 * sample becomes the batch without them.
 *
 * @throws RangeError where the two differ in features, or `total` holds fewer observations than are taken out.
 */
export function subtractMoments(total: Moments, sample: Moments, times: number): void {
  if (total.count < times * sample.count) {
    throw new RangeError(`cannot take ${times * sample.count} observations out of ${total.count}`);
  }
  addMultiple(total, sample, -times);
}

function addMultiple(total: Moments, other: Moments, factor: number): void {
  requireSameFeatures(total, other);
  const { sum, scatter } = total;
  // Out of the loops by hand: V8 reads them again for every number once it has seen objects of two shapes here.
  const { sum: otherSum, scatter: otherScatter } = other;
  total.count += factor * other.count;
  for (let i = 0; i < sum.length; i++) sum[i] += factor * otherSum[i];
  for (let i = 0; i < scatter.length; i++) scatter[i] += factor * otherScatter[i];
}

/**
 * Adds a batch given about `shift` (c) to the raw moments in `total`, in place:
 * s = s′ + n c and S = S′ + c s′ᵀ + s′ cᵀ + n c cᵀ.
 *
 * @throws RangeError where the two differ in features.
 */
export function addShiftedMoments(total: Moments, batch: ShiftedMoments): void {
  requireSameFeatures(total, batch);
  const { sum, scatter } = total;
  const { count, shift, sum: batchSum, scatter: batchScatter } = batch;
  const features = sum.length;
  if (shift.length !== features) {
    throw new RangeError(`a shift of ${shift.length} features does not fit moments of ${features}`);
  }
  for (let i = 0; i < features; i++) {
    const row = i * features;
    const shiftI = shift[i];
    // s′ᵢ + n cᵢ is the raw sum of feature i: it multiplies cⱼ in both of the last two terms.
    const rawSumI = batchSum[i] + count * shiftI;
    sum[i] += rawSumI;
    for (let j = 0; j < features; j++) {
      scatter[row + j] += batchScatter[row + j] + (shiftI * batchSum[j] + rawSumI * shift[j]);
    }
  }
  total.count += count;
}

/**
 * Whether neither NaN nor Inf came up in the observations. Looks at the sums and the scatter's diagonal only,
 * which is enough: |Sᵢⱼ|² ≤ Sᵢᵢ Sⱼⱼ (Cauchy–Schwarz), and one NaN or Inf in feature i makes Sᵢᵢ NaN or Inf.
 */
export function areFinite({ sum, scatter }: Moments): boolean {
  const features = sum.length;
  for (let i = 0; i < features; i++) {
    if (!Number.isFinite(sum[i]) || !Number.isFinite(scatter[i * features + i])) return false;
  }
  return true;
}

function requireSameFeatures(total: Moments, other: Moments): void {
  if (total.sum.length !== other.sum.length || total.scatter.length !== other.scatter.length) {
    throw new RangeError(
      `moments of ${other.sum.length} features do not add to moments of ${total.sum.length} features`,
    );
  }
}
