/**
 * A layer as one linear map: y[o] = Σᵢ Σκ W[o, i, κ] x[i] at κ + b[o]. κ counts the positions of a convolution's kernel; it
 * is one for matrix products.
 */
export interface LinearForm {
  /** Features of the output. */
  readonly out: number;
  /** Features of the input. */
  readonly in: number;
  /** Kernel positions. */
  readonly kernel: number;
  /** `out × in × kernel`, row-major. */
  readonly weight: Float64Array;
  /** `out` numbers. */
  readonly bias: Float64Array;
}

/** The directions that a layer's output keeps. */
export interface Basis {
  /** m, `features` numbers. */
  readonly mean: Float64Array;
  /** V: orthonormal directions, one after the other, `kept × features`. */
  readonly vectors: Float64Array;
  readonly kept: number;
}

/** The layer in the coordinates of the basis: z = Vᵀ(y − m), W₁ = VᵀW, b₁ = Vᵀ(b − m). */
export function projected(form: LinearForm, { mean, vectors, kept }: Basis): LinearForm {
  const row = form.in * form.kernel;
  const weight = new Float64Array(kept * row);
  const bias = new Float64Array(kept);
  for (let k = 0; k < kept; k++) {
    const target = weight.subarray(k * row, (k + 1) * row);
    for (let o = 0; o < form.out; o++) {
      const v = vectors[k * form.out + o];
      if (v === 0) continue;
      bias[k] += v * (form.bias[o] - mean[o]);
      for (let j = 0, at = o * row; j < row; j++, at++) target[j] += v * form.weight[at];
    }
  }
  return { ...form, out: kept, weight, bias };
}

/** Back from the basis at one position: y = V z + m. */
export function expansion({ mean, vectors, kept }: Basis): LinearForm {
  const features = mean.length;
  const weight = new Float64Array(features * kept);
  for (let k = 0; k < kept; k++) {
    for (let o = 0; o < features; o++) weight[o * kept + k] = vectors[k * features + o];
  }
  return { out: features, in: kept, kernel: 1, weight, bias: mean };
}

/** One map after another at the same position, P = V Vᵀ: y → P (y − m) + m, without leaving the features. */
export function projection({ mean, vectors, kept }: Basis): LinearForm {
  const features = mean.length;
  const weight = new Float64Array(features * features);
  for (let k = 0; k < kept; k++) {
    const v = vectors.subarray(k * features, (k + 1) * features);
    for (let i = 0; i < features; i++) {
      if (v[i] === 0) continue;
      for (let j = 0, at = i * features; j < features; j++, at++) weight[at] += v[i] * v[j];
    }
  }
  const bias = mean.slice();
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < features; j++) bias[i] -= weight[i * features + j] * mean[j];
  }
  return { out: features, in: features, kernel: 1, weight, bias };
}

/**
 * The next layer where its input comes in the coordinates of a basis: x = V z + m goes into its weights and bias.
 *
 * @param spread numbers that each feature of the basis has in the input (a feature map that was flattened: its
 *   positions); features are the outer index.
 */
export function fedByBasis(form: LinearForm, { mean, vectors, kept }: Basis, spread: number): LinearForm {
  const features = mean.length;
  const { out, kernel } = form;
  const inputs = kept * spread;
  const weight = new Float64Array(out * inputs * kernel);
  const bias = form.bias.slice();
  const step = spread * kernel;
  for (let o = 0; o < out; o++) {
    const from = o * form.in * kernel;
    const to = o * inputs * kernel;
    for (let c = 0; c < features; c++) {
      for (let j = 0; j < step; j++) {
        const w = form.weight[from + c * step + j];
        if (w === 0) continue;
        bias[o] += w * mean[c];
        for (let k = 0; k < kept; k++) weight[to + k * step + j] += w * vectors[k * features + c];
      }
    }
  }
  return { ...form, in: inputs, weight, bias };
}
