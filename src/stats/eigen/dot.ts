/** Σ a[first + k] b[second + k], in four sums side by side: one would wait for itself at every step. */
export function dot(a: Float64Array, first: number, b: Float64Array, second: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    sum0 += a[first + k] * b[second + k];
    sum1 += a[first + k + 1] * b[second + k + 1];
    sum2 += a[first + k + 2] * b[second + k + 2];
    sum3 += a[first + k + 3] * b[second + k + 3];
  }
  for (; k < length; k++) sum0 += a[first + k] * b[second + k];
  return sum0 + sum1 + (sum2 + sum3);
}
