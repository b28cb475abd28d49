/**
 * exp of the entropy of λ/Σλ (Roy & Vetterli, "The effective rank", 2007): k for k equal eigenvalues, 1 for a single
 * one. 0 where Σλ = 0 (a dead layer).
 */
export function effectiveRank(eigenvalues: Float64Array): number {
  let total = 0;
  for (const eigenvalue of eigenvalues) total += eigenvalue;
  if (total === 0) return 0;
  let entropy = 0;
  for (const eigenvalue of eigenvalues) {
    const share = eigenvalue / total;
    if (share > 0) entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}
