/** Of the window, as SciPy's `resample_poly` has it. */
const KAISER = 5;
/** Half of the filter's length, in samples of the lower rate. */
const HALF = 10;

/**
 * Resamples by a rational factor with a low-pass filter of finite length, a sinc in a Kaiser window (β = 5): what
 * `scipy.signal.resample_poly(x, up, down)` gives.
 *
 * @param from rate of `x`, a whole number.
 * @param to rate of what is returned, likewise; ⌈n · to / from⌉ values.
 */
export function resampled(x: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return x;
  const common = gcd(from, to);
  const [up, down] = [to / common, from / common];
  const filter = lowPass(up, down);
  const half = (filter.length - 1) / 2;
  const y = new Float32Array(Math.ceil((x.length * up) / down));
  for (let m = 0; m < y.length; m++) {
    const at = m * down;
    const first = Math.max(0, Math.ceil((at - half) / up));
    const last = Math.min(x.length - 1, Math.floor((at + half) / up));
    let sum = 0;
    for (let k = first; k <= last; k++) sum += filter[half + at - k * up] * x[k];
    y[m] = sum;
  }
  return y;
}

/** Sums to `up` (each zero that is put in between dilutes the signal). */
function lowPass(up: number, down: number): Float64Array {
  const highest = Math.max(up, down);
  const half = HALF * highest;
  const filter = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const t = i - half;
    const sinc = t === 0 ? 1 : Math.sin((Math.PI * t) / highest) / ((Math.PI * t) / highest);
    return sinc * bessel(KAISER * Math.sqrt(1 - (t / half) ** 2));
  });
  const sum = filter.reduce((total, value) => total + value, 0);
  return filter.map((value) => (value * up) / sum);
}

/** The modified Bessel function of the first kind of order zero, by its series (Abramowitz and Stegun, 9.6.12). */
function bessel(x: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
