/** (Σλ)² / Σλ²: k for k equal eigenvalues, 1 for a single one. 0 where Σλ = 0 (a dead layer). */
export function participationRatio(eigenvalues: Float64Array): number {
  const largest = eigenvalues[0] ?? 0;
  if (largest === 0) return 0;
  let total = 0;
  let squares = 0;
  for (const eigenvalue of eigenvalues) {
    // Relative to λ₁: squares of very small or very large eigenvalues would leave the range of a double.
    const relative = eigenvalue / largest;
    total += relative;
    squares += relative * relative;
  }
  return (total * total) / squares;
}
