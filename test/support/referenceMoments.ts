import type { ConvMethod, SequenceMethod } from '../../src/instrument/options.js';
import type { ActivationLayout } from '../../src/layers/layer.js';
import type { Moments } from '../../src/stats/moments.js';
import type { RawTensor } from './rawTensor.js';

/** How activations become rows; sequence lengths, where there are any, one a sample. */
export interface ReferenceOptions {
  readonly convMethod: ConvMethod;
  readonly sequenceMethod?: SequenceMethod;
  readonly sequenceLengths?: readonly number[];
}

type Rows = number[][];

/** The observations in an activation, by plain indexing: one array a row. */
export function rowsOf(tensor: RawTensor, layout: ActivationLayout, options: ReferenceOptions): Rows {
  switch (layout.kind) {
    case 'featureMap':
      return featureMapRows(tensor, options.convMethod);
    case 'featuresLast':
      return featuresLastRows(tensor, options.sequenceMethod ?? 'timestepwise');
    case 'featuresBeforeLast':
      return featuresBeforeLastRows(tensor, options.sequenceMethod ?? 'timestepwise');
    case 'recurrent':
      return recurrentRows(tensor, layout.batchFirst, options);
  }
}

/** n, Σ x and Σ x xᵀ in float64. */
export function momentsOf(rows: Rows, features: number = rows[0]?.length ?? 0): Moments {
  const sum = new Float64Array(features);
  const scatter = new Float64Array(features * features);
  for (const row of rows) {
    for (let i = 0; i < features; i++) {
      sum[i] += row[i];
      for (let j = 0; j < features; j++) scatter[i * features + j] += row[i] * row[j];
    }
  }
  return { count: rows.length, sum, scatter };
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const product = (sizes: readonly number[]): number => sizes.reduce((size, dim) => size * dim, 1);

/** `[samples, channels, ...positions]` */
function featureMapRows({ dims, values }: RawTensor, method: ConvMethod): Rows {
  const [samples, channels, ...sides] = dims;
  const positions = product(sides);
  const at = (s: number, c: number, p: number) => values[(s * channels + c) * positions + p];
  const map = (s: number, c: number) => range(positions).map((p) => at(s, c, p));
  switch (method) {
    case 'channelwise':
      return range(samples).flatMap((s) =>
        range(positions).map((p) => range(channels).map((c) => at(s, c, p))),
      );
    case 'flatten':
      return range(samples).map((s) => range(channels).flatMap((c) => map(s, c)));
    default:
      return range(samples).map((s) => range(channels).map((c) => pooled(map(s, c), method)));
  }
}

function pooled(map: readonly number[], method: 'mean' | 'max' | 'median'): number {
  if (method === 'mean') return map.reduce((a, b) => a + b) / map.length;
  const sorted = [...map].sort((a, b) => a - b);
  // The lower of the two in the middle where the count is even, as torch.median.
  return method === 'max' ? sorted[sorted.length - 1] : sorted[(sorted.length - 1) >> 1];
}

/** `[samples, ...positions, features]` */
function featuresLastRows({ dims, values }: RawTensor, method: SequenceMethod): Rows {
  const features = dims[dims.length - 1];
  const chunks = (size: number) =>
    range(values.length / size).map((i) => [...values.subarray(i * size, (i + 1) * size)]);
  if (dims.length <= 2 || method === 'timestepwise') return chunks(features);
  const samples = chunks(product(dims.slice(1)));
  return method === 'flatten' ? samples : samples.map((row) => row.slice(-features));
}

/** `[samples, ..., features, positions]`, or `[features, samples]` */
function featuresBeforeLastRows({ dims, values }: RawTensor, method: SequenceMethod): Rows {
  const [features, positions] = dims.slice(-2);
  const leading = dims.slice(0, -2);
  const swapped = range(product(leading)).flatMap((matrix) =>
    range(positions).flatMap((p) =>
      range(features).map((f) => values[(matrix * features + f) * positions + p]),
    ),
  );
  return featuresLastRows(
    { dims: [...leading, positions, features], values: Float64Array.from(swapped) },
    method,
  );
}

/** `[steps, directions, samples, units]`, or `[samples, steps, directions, units]` */
function recurrentRows({ dims, values }: RawTensor, batchFirst: boolean, options: ReferenceOptions): Rows {
  const [steps, directions, samples, units] = batchFirst ? [dims[1], dims[2], dims[0], dims[3]] : dims;
  const at = (t: number, d: number, s: number, u: number) =>
    batchFirst
      ? values[((s * steps + t) * directions + d) * units + u]
      : values[((t * directions + d) * samples + s) * units + u];
  const step = (t: number, s: number) =>
    range(directions).flatMap((d) => range(units).map((u) => at(t, d, s, u)));
  const length = (s: number) => options.sequenceLengths?.[s] ?? steps;
  switch (options.sequenceMethod ?? 'last') {
    case 'last':
      return range(samples).map((s) => step(length(s) - 1, s));
    case 'timestepwise':
      return range(samples).flatMap((s) => range(length(s)).map((t) => step(t, s)));
    case 'flatten':
      return range(samples).map((s) => range(steps).flatMap((t) => step(t, s)));
  }
}
