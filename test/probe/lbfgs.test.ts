import { describe, expect, it } from 'vitest';
import { lbfgs } from '../../src/probe/lbfgs.js';

const rosenbrock = async ([x, y]: Float64Array) => ({
  value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
});

describe('lbfgs', () => {
  it('finds the minimum of the Rosenbrock function at (1, 1) from its usual start', async () => {
    const { point, value, converged, iterations } = await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), {
      tolerance: 1e-9,
    });
    expect(converged).toBe(true);
    expect(point[0]).toBeCloseTo(1, 8);
    expect(point[1]).toBeCloseTo(1, 8);
    expect(value).toBeLessThan(1e-16);
    // Steepest descent takes thousands.
    expect(iterations).toBeLessThan(60);
  });

  it('solves a badly scaled quadratic: ½ Σ cᵢ xᵢ² − Σ xᵢ has its minimum at 1 / cᵢ', async () => {
    const c = Float64Array.from({ length: 12 }, (_, i) => 10 ** (i / 3));
    const { point } = await lbfgs(
      async (x) => ({
        value: x.reduce((sum, each, i) => sum + (c[i] * each * each) / 2 - each, 0),
        gradient: x.map((each, i) => c[i] * each - 1),
      }),
      new Float64Array(12),
      { tolerance: 1e-10 },
    );
    for (const [i, each] of point.entries()) expect(Math.abs(each * c[i] - 1)).toBeLessThan(1e-6);
  });

  it('says that it did not converge where the iterations run out', async () => {
    const { converged, iterations } = await lbfgs(rosenbrock, Float64Array.of(-1.2, 1), { maxIterations: 3 });
    expect({ converged, iterations }).toEqual({ converged: false, iterations: 3 });
  });

  it('ends where the function is no number, without calling it a minimum', async () => {
    const { converged } = await lbfgs(
      async () => ({ value: Number.NaN, gradient: Float64Array.of(Number.NaN) }),
      Float64Array.of(0),
    );
    expect(converged).toBe(false);
  });

  it('never goes up', async () => {
    let lowest = Number.POSITIVE_INFINITY;
    const accepted: number[] = [];
    const { value } = await lbfgs(
      async (at) => {
        const found = await rosenbrock(at);
        if (found.value < lowest) {
          lowest = found.value;
          accepted.push(lowest);
        }
        return found;
      },
      Float64Array.of(5, -7),
    );
    expect(value).toBe(accepted.at(-1));
  });
});
