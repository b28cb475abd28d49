/**
 * Factorizes T − λ I for a symmetric tridiagonal T by Gaussian elimination with row exchanges, and returns a
 * function that solves (T − λ I) x = b in place. Pivots smaller than `smallestPivot` are raised to it: λ is an
 * eigenvalue, so the matrix is singular, and inverse iteration wants just that large answer.
 *
 * @param offDiagonal element i couples i and i + 1.
 */
export function factorizeTridiagonal(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  eigenvalue: number,
  smallestPivot: number,
): (b: Float64Array) => void {
  const order = diagonal.length;
  // The upper triangular factor has two diagonals above its pivots, since an exchange brings a third element in.
  const pivots = diagonal.map((value) => value - eigenvalue);
  const above = offDiagonal.slice();
  const twoAbove = new Float64Array(order);
  const multipliers = new Float64Array(order);
  const exchanged = new Uint8Array(order);
  for (let i = 0; i < order - 1; i++) {
    const below = offDiagonal[i];
    if (Math.abs(pivots[i]) < Math.abs(below)) {
      exchanged[i] = 1;
      const multiplier = pivots[i] / below;
      const upper = above[i];
      pivots[i] = below;
      above[i] = pivots[i + 1];
      twoAbove[i] = above[i + 1];
      pivots[i + 1] = upper - multiplier * above[i];
      above[i + 1] = -multiplier * twoAbove[i];
      multipliers[i] = multiplier;
    } else {
      pivots[i] = awayFromZero(pivots[i], smallestPivot);
      multipliers[i] = below / pivots[i];
      pivots[i + 1] -= multipliers[i] * above[i];
    }
  }
  if (order > 0) pivots[order - 1] = awayFromZero(pivots[order - 1], smallestPivot);

  return (b) => {
    for (let i = 0; i < order - 1; i++) {
      if (exchanged[i]) [b[i], b[i + 1]] = [b[i + 1], b[i]];
      b[i + 1] -= multipliers[i] * b[i];
    }
    for (let i = order - 1; i >= 0; i--) {
      let right = b[i];
      if (i + 1 < order) right -= above[i] * b[i + 1];
      if (i + 2 < order) right -= twoAbove[i] * b[i + 2];
      b[i] = right / pivots[i];
    }
  };
}

function awayFromZero(pivot: number, smallest: number): number {
  if (Math.abs(pivot) >= smallest) return pivot;
  return pivot < 0 ? -smallest : smallest;
}
