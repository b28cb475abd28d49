/** A smooth function at a point: its value and its gradient. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the gradient fell below the tolerance; else the iterations ran out, or no step led further down. */
  readonly converged: boolean;
}

export interface LbfgsOptions {
  /** The largest entry of the gradient at which the search ends (1e-5). */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Pairs of steps and changes of the gradient that stand for the curvature (10). */
  readonly history?: number;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step · change) */
  readonly rho: number;
}

/** A step must gain this share of what the slope promises (Nocedal and Wright, equation 3.4). */
const SUFFICIENT = 1e-4;
const MOST_HALVINGS = 40;

/**
 * Minimizes a smooth function with limited-memory BFGS: Nocedal and Wright, "Numerical Optimization", algorithms 7.4
 * and 7.5, with a backtracking line search. A pair that shows no curvature is left out, so that the direction always
 * leads down.
 *
 * @param evaluate the function; may take its time.
 */
export async function lbfgs(
  evaluate: (point: Float64Array) => Promise<Evaluation>,
  start: Float64Array,
  { tolerance = 1e-5, maxIterations = 500, history = 10 }: LbfgsOptions = {},
): Promise<Minimum> {
  let point = start;
  let { value, gradient } = await evaluate(point);
  const pairs: Pair[] = [];
  for (let iterations = 0; ; iterations++) {
    const ended = (converged: boolean): Minimum => ({ point, value, iterations, converged });
    if (largest(gradient) <= tolerance) return ended(true);
    if (iterations >= maxIterations) return ended(false);
    const direction = downhill(gradient, pairs);
    const slope = dot(direction, gradient);
    // Without a history the gradient tells a direction, but no length.
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next: { readonly point: Float64Array; readonly at: Evaluation } | undefined;
    for (let halvings = 0; halvings < MOST_HALVINGS && !next; halvings++) {
      const trial = moved(point, direction, length);
      const at = await evaluate(trial);
      if (at.value <= value + SUFFICIENT * length * slope) next = { point: trial, at };
      else length *= shortened(value, slope, at.value, length);
    }
    if (!next) return ended(false);
    const step = difference(next.point, point);
    const change = difference(next.at.gradient, gradient);
    const curvature = dot(step, change);
    if (curvature > 1e-12 * dot(change, change)) {
      pairs.push({ step, change, rho: 1 / curvature });
      if (pairs.length > history) pairs.shift();
    }
    ({ point } = next);
    ({ value, gradient } = next.at);
  }
}

/** −H · gradient, where H is the inverse curvature that the pairs tell (algorithm 7.4). */
function downhill(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const weights: number[] = [];
  for (const { step, change, rho } of [...pairs].reverse()) {
    const weight = rho * dot(step, direction);
    weights.unshift(weight);
    add(direction, change, -weight);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = dot(newest.step, newest.change) / dot(newest.change, newest.change);
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (const [i, { step, change, rho }] of pairs.entries()) {
    add(direction, step, weights[i] - rho * dot(change, direction));
  }
  return direction;
}

/** The share of a step that the parabola through value and slope here and the value there takes for best; 0.1 to 0.5. */
function shortened(value: number, slope: number, there: number, length: number): number {
  const best = (-slope * length) / (2 * (there - value - slope * length));
  return Number.isFinite(best) ? Math.min(0.5, Math.max(0.1, best)) : 0.1;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(to: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * other[i];
}

const moved = (point: Float64Array, direction: Float64Array, length: number): Float64Array =>
  point.map((entry, i) => entry + length * direction[i]);

const difference = (a: Float64Array, b: Float64Array): Float64Array => a.map((entry, i) => entry - b[i]);

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) {
    const size = Math.abs(value);
    // NaN stays, and is no minimum.
    if (!(size <= most)) most = size;
  }
  return most;
}
