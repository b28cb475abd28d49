import { UserError } from '../errors.js';
import { compensatedSum } from './compensatedSum.js';

/** `explained` as defined; `delve` as the released Python package (0.1.50) returns it. */
export type IdimRule = 'explained' | 'delve';

/** `intended`: what the package's source spells out and no release returns; for reading old runs only. */
export type CountingRule = IdimRule | 'intended';

/**
 * How many eigendirections the data needs.
 *
 * @param eigenvalues descending, none negative.
 * @param threshold share of the variance, above 0 and up to 1.
 * @throws UserError where the threshold is not such a share.
 */
export function intrinsicDimensionality(
  eigenvalues: ArrayLike<number>,
  threshold: number,
  rule: CountingRule,
): number {
  if (!(threshold > 0 && threshold <= 1)) {
    throw new UserError(
      `threshold ${threshold} is not a share of variance; give a number above 0 and up to 1`,
    );
  }
  switch (rule) {
    case 'explained':
      return explainedRule(eigenvalues, threshold);
    case 'delve':
      return directionsBelow(eigenvalues, threshold).count;
    case 'intended':
      return intendedRule(eigenvalues, threshold);
  }
}

/**
 * The smallest k with Σ_{i≤k} λᵢ ≥ threshold · Σλ; 0 where Σλ = 0.
 *
 * The threshold, the eigenvalues and the product are each rounded to half an ε, the sums (compensated) to one, so
 * a share that is met exactly in decimal can come out 2 ε short. 4 ε of the total count as met; at threshold 1,
 * where "met" must mean all of them, the eigenvalues above 0 are counted instead.
 */
function explainedRule(eigenvalues: ArrayLike<number>, threshold: number): number {
  if (threshold === 1) {
    let positive = 0;
    for (let i = 0; i < eigenvalues.length; i++) if (eigenvalues[i] > 0) positive++;
    return positive;
  }
  const reached = runningSums(eigenvalues);
  const total = reached.at(-1) ?? 0;
  if (total === 0) return 0;
  const wanted = threshold * total - 4 * Number.EPSILON * total;
  return reached.findIndex((sum) => sum >= wanted) + 1;
}

/**
 * Where the cumulated variance reaches the threshold, in directions, between two of them by a straight line: what the
 * `explained` rule rounds up. It moves smoothly with the eigenvalues, which a count does not. 0 where Σλ = 0; the count
 * itself at threshold 1.
 *
 * @param eigenvalues descending, none negative.
 * @param threshold share of the variance, above 0 and up to 1.
 */
export function crossing(eigenvalues: ArrayLike<number>, threshold: number): number {
  const count = explainedRule(eigenvalues, threshold);
  if (count === 0 || threshold === 1) return count;
  const reached = runningSums(eigenvalues);
  const total = reached[reached.length - 1];
  const before = count > 1 ? reached[count - 2] : 0;
  return count - 1 + Math.min(1, Math.max(0, (threshold * total - before) / (reached[count - 1] - before)));
}

function runningSums(eigenvalues: ArrayLike<number>): number[] {
  const sum = compensatedSum();
  return Array.from(eigenvalues, (eigenvalue) => sum.add(eigenvalue));
}

/**
 * The rule that the Python package's `compute_intrinsic_dimensionality` spells out: with cumulative shares cᵢ, k is
 * the number of cᵢ below the threshold; 1 where that is none; one more where threshold − c_k > 0.02. It can stop
 * up to 0.02 short of the threshold. Where Σλ = 0 the shares are NaN, none is below, and it gives 1.
 */
function intendedRule(eigenvalues: ArrayLike<number>, threshold: number): number {
  const { count, share } = directionsBelow(eigenvalues, threshold);
  if (count === 0) return 1;
  return threshold - share > 0.02 ? Math.min(count + 1, eigenvalues.length) : count;
}

/**
 * How many cumulative shares are below the threshold, and the last of them. This is all that delve 0.1.50 returns:
 * it takes its "at least one" and "one more" from columns that it has just cut away, which adds none.
 *
 * Sums are plain ones from the largest eigenvalue down, as `cumsum` makes them.
 */
function directionsBelow(
  eigenvalues: ArrayLike<number>,
  threshold: number,
): { count: number; share: number } {
  let total = 0;
  for (let i = 0; i < eigenvalues.length; i++) total += eigenvalues[i];
  let count = 0;
  let share = 0;
  let sum = 0;
  for (let i = 0; i < eigenvalues.length; i++) {
    sum += eigenvalues[i];
    if (!(sum / total < threshold)) break;
    share = sum / total;
    count++;
  }
  return { count, share };
}
