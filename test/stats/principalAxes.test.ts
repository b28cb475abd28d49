import { describe, expect, it } from 'vitest';
import { emptyMoments, type Moments } from '../../src/stats/moments.js';
import { principalAxes } from '../../src/stats/principalAxes.js';
import { layerStatistics } from '../../src/stats/statistics.js';

function momentsOf(rows: readonly (readonly number[])[]): Moments {
  const moments = emptyMoments(rows[0].length);
  const features = rows[0].length;
  for (const row of rows) {
    moments.count++;
    for (let i = 0; i < features; i++) {
      moments.sum[i] += row[i];
      for (let j = 0; j < features; j++) moments.scatter[i * features + j] += row[i] * row[j];
    }
  }
  return moments;
}

function axesOf(rows: readonly (readonly number[])[]) {
  const moments = momentsOf(rows);
  const { eigenvalues } = layerStatistics(moments, { thresholds: [0.99], idimRule: 'explained' });
  return principalAxes(moments, eigenvalues);
}

describe('the principal axes', () => {
  it('are the mean and the first two eigenvectors, as columns, the largest element positive', () => {
    // Four points about (1, 2): (±3, ±3) along the diagonal, (±1, ∓1) across; Q = [[5, 4], [4, 5]], λ = 9 and 1.
    const { mean, axes } = axesOf([
      [4, 5],
      [-2, -1],
      [2, 1],
      [0, 3],
    ]);
    expect([...mean]).toEqual([1, 2]);
    const half = Math.SQRT1_2;
    expect([axes[0], axes[2]].map(Math.abs)).toEqual([expect.closeTo(half, 14), expect.closeTo(half, 14)]);
    expect(axes[0] * axes[2]).toBeCloseTo(0.5, 14);
    expect(axes[1] * axes[3]).toBeCloseTo(-0.5, 14);
    expect(Math.max(axes[0], axes[2])).toBeCloseTo(half, 14);
    expect(Math.max(axes[1], axes[3])).toBeCloseTo(half, 14);
  });

  it('have no second direction where all points lie on a line', () => {
    // (3, 4) · t: the only direction is (0.6, 0.8).
    const { axes } = axesOf([-2, -1, 0, 1, 2].map((t) => [3 * t, 4 * t]));
    expect([...axes]).toEqual([expect.closeTo(0.6, 14), 0, expect.closeTo(0.8, 14), 0]);
  });

  it('have none at all in a dead layer, or with one observation', () => {
    expect([...axesOf(Array(3).fill([1e6, 2])).axes]).toEqual([0, 0, 0, 0]);
    expect([...axesOf([[1, 2]]).axes]).toEqual([0, 0, 0, 0]);
  });

  it('leave out features that do not vary, however large', () => {
    const { axes } = axesOf([
      [1e9, 1, 0],
      [1e9, -1, 0],
      [1e9, 0, 0.5],
      [1e9, 0, -0.5],
    ]);
    expect([...axes]).toEqual([0, 0, 1, 0, 0, 1].map((value) => expect.closeTo(value, 14)));
  });

  it('of one feature are that feature', () => {
    expect([...axesOf([[1], [3]]).axes]).toEqual([1, 0]);
  });
});
