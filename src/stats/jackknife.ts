/** What the groups of a sample say about a number that was computed from all of it. */
export interface JackknifeEstimate {
  readonly standardError: number;
  /** How far the number lies, on average, from what endless samples would give: the number less this is corrected. */
  readonly bias: number;
}

/**
 * The delete-a-group jackknife for groups of any size (Busing, Meijer and van der Leeden, "Delete-m jackknife for unequal
 * m", 1999): with h_g = n / m_g and pseudo-values θ̃_g = h_g θ − (h_g − 1) θ₋g,
 *
 *     θ_J = G θ − Σ (1 − m_g / n) θ₋g,   bias = θ − θ_J,   variance = Σ (θ̃_g − θ_J)² / (h_g − 1) / G.
 *
 * For equal groups that is (G − 1)(mean of θ₋g − θ) and (G − 1)/G Σ (θ₋g − mean)², as usual. The bias is exact where it falls
 * as 1/n.
 *
 * @param whole θ, of all samples.
 * @param without θ₋g, of all but the g-th group; at least two.
 * @param sizes m_g, each above 0.
 */
export function jackknife(
  whole: number,
  without: readonly number[],
  sizes: readonly number[],
): JackknifeEstimate {
  const groups = without.length;
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const corrected = without.reduce((sum, each, g) => sum - (1 - sizes[g] / n) * each, groups * whole);
  const variance = without.reduce((sum, each, g) => {
    const h = n / sizes[g];
    return sum + (h * whole - (h - 1) * each - corrected) ** 2 / (h - 1);
  }, 0);
  return { standardError: Math.sqrt(variance / groups), bias: whole - corrected };
}

/**
 * Degrees of freedom of such an error: one less than as many groups of equal size as would know it as well,
 * (Σ m)² / Σ m² − 1.
 */
export function degreesOfFreedom(sizes: readonly number[]): number {
  const n = sizes.reduce((sum, size) => sum + size, 0);
  return n ** 2 / sizes.reduce((sum, size) => sum + size ** 2, 0) - 1;
}
