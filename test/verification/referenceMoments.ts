import type { Observations } from './observations.js';

/**
 * Mean and covariance of a layer, in float64 about the mean of its first observations, so that no digits are lost
 * where the mean is far from zero: another way than delve's, to the same numbers.
 */
export class ReferenceMoments {
  #count = 0;
  #shift: Float64Array | undefined;
  #sum = new Float64Array();
  #scatter = new Float64Array();
  /** Whether an observation was NaN or infinite. */
  #isFinite = true;

  get count(): number {
    return this.#count;
  }

  get isFinite(): boolean {
    return this.#isFinite;
  }

  add({ rows, features, values }: Observations): void {
    if (rows === 0) return;
    this.#isFinite &&= values.every(Number.isFinite);
    const feature = (i: number) => values.subarray(i * rows, (i + 1) * rows);
    this.#shift ??= Float64Array.from({ length: features }, (_, i) => sum(feature(i)) / rows);
    if (this.#sum.length === 0) {
      this.#sum = new Float64Array(features);
      this.#scatter = new Float64Array(features * features);
    }
    if (features !== this.#shift.length) {
      throw new Error(`features changed from ${this.#shift.length} to ${features}`);
    }
    this.#count += rows;
    const shift = this.#shift;
    const shifted = new Float64Array(values.length);
    for (let i = 0; i < features; i++) {
      for (let row = 0; row < rows; row++) shifted[i * rows + row] = values[i * rows + row] - shift[i];
    }
    for (let i = 0; i < features; i++) {
      const x = shifted.subarray(i * rows, (i + 1) * rows);
      this.#sum[i] += sum(x);
      for (let j = 0; j <= i; j++) {
        const y = shifted.subarray(j * rows, (j + 1) * rows);
        this.#scatter[i * features + j] += dot(x, y);
      }
    }
  }

  mean(): Float64Array {
    const shift = this.#shift ?? new Float64Array();
    return this.#sum.map((s, i) => s / this.#count + shift[i]);
  }

  /** `features × features`, row-major. */
  covariance(): Float64Array {
    const features = this.#sum.length;
    const result = new Float64Array(features * features);
    for (let i = 0; i < features; i++) {
      for (let j = 0; j <= i; j++) {
        const product = (this.#sum[i] / this.#count) * (this.#sum[j] / this.#count);
        const value = this.#scatter[i * features + j] / this.#count - product;
        result[i * features + j] = value;
        result[j * features + i] = value;
      }
    }
    return result;
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function dot(x: Float64Array, y: Float64Array): number {
  const length = x.length;
  const whole = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += x[i] * y[i];
    b += x[i + 1] * y[i + 1];
    c += x[i + 2] * y[i + 2];
    d += x[i + 3] * y[i + 3];
  }
  for (let i = whole; i < length; i++) a += x[i] * y[i];
  return a + b + (c + d);
}
