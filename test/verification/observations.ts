import type { AnalyzeOptions } from '../../src/index.js';
import type { Layer } from '../../src/layers/layer.js';
import type { RawTensor } from './rawTensor.js';
import { resized } from './resized.js';

/** Observations feature by feature: `values[feature * rows + row]`. */
export interface Observations {
  readonly rows: number;
  readonly features: number;
  readonly values: Float64Array;
}

export interface Methods extends Pick<AnalyzeOptions, 'interpolate' | 'interpolation'> {
  readonly convMethod: NonNullable<AnalyzeOptions['convMethod']>;
  readonly sequenceMethod?: AnalyzeOptions['sequenceMethod'];
}

const recurrentOperators = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);
const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/**
 * A layer's raw output as observations, one object a sample where samples stand apart.
 *
 * @param lengths of the sequences, where the recurrent operator has any.
 */
export function* observations(
  layer: Layer,
  tensor: RawTensor,
  methods: Methods,
  lengths?: readonly number[],
): Generator<Observations> {
  if (recurrentOperators.has(layer.op))
    yield recurrent(tensor, layer, methods.sequenceMethod ?? 'last', lengths);
  else if (layer.layout.kind === 'featureMap') yield* featureMaps(tensor, methods);
  else {
    const lastAxis = layer.layout.kind === 'featuresBeforeLast' ? swappedLast(tensor) : tensor;
    yield featuresLast(lastAxis, methods.sequenceMethod ?? 'timestepwise');
  }
}

/** `[samples, channels, ...positions]` */
function* featureMaps(tensor: RawTensor, { convMethod, ...methods }: Methods): Generator<Observations> {
  const { dims, values } = resized(tensor, methods);
  const [samples, channels, ...sides] = dims;
  const positions = product(sides);
  const size = channels * positions;
  if (convMethod === 'channelwise') {
    for (let s = 0; s < samples; s++) {
      yield { rows: positions, features: channels, values: values.subarray(s * size, (s + 1) * size) };
    }
    return;
  }
  if (convMethod === 'flatten') {
    yield pick(samples, size, (row, feature) => values[row * size + feature]);
    return;
  }
  const pool = { mean, max, median }[convMethod];
  yield pick(samples, channels, (row, channel) => {
    const start = row * size + channel * positions;
    return pool(values.subarray(start, start + positions));
  });
}

function mean(map: Float64Array): number {
  return map.reduce((sum, value) => sum + value, 0) / map.length;
}

function max(map: Float64Array): number {
  return map.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
}

/** The lower one of an even count. */
function median(map: Float64Array): number {
  return map.toSorted()[Math.floor((map.length - 1) / 2)];
}

/** `[samples, ...positions, features]` */
function featuresLast(
  { dims, values }: RawTensor,
  method: 'last' | 'timestepwise' | 'flatten',
): Observations {
  const features = dims.at(-1) ?? 1;
  const samples = dims[0];
  const size = product(dims.slice(1));
  if (dims.length === 2 || method === 'timestepwise') {
    return pick(values.length / features, features, (row, feature) => values[row * features + feature]);
  }
  if (method === 'flatten') return pick(samples, size, (row, feature) => values[row * size + feature]);
  return pick(samples, features, (row, feature) => values[(row + 1) * size - features + feature]);
}

/** `Y`: `[steps, directions, samples, units]`, or `[samples, steps, directions, units]`. */
function recurrent(
  { dims, values }: RawTensor,
  { layout }: Layer,
  method: 'last' | 'timestepwise' | 'flatten',
  lengths?: readonly number[],
): Observations {
  const batchFirst = layout.kind === 'recurrent' && layout.batchFirst;
  const [samples, steps, directions, units] = batchFirst ? dims : [dims[2], dims[0], dims[1], dims[3]];
  const at = (sample: number, step: number, feature: number): number => {
    const direction = Math.floor(feature / units);
    const unit = feature % units;
    return batchFirst
      ? values[((sample * steps + step) * directions + direction) * units + unit]
      : values[((step * directions + direction) * samples + sample) * units + unit];
  };
  const features = directions * units;
  if (method === 'flatten') {
    return pick(samples, steps * features, (row, feature) =>
      at(row, Math.floor(feature / features), feature % features),
    );
  }
  const places = Array.from({ length: samples }, (_, sample) => {
    const length = lengths?.[sample] ?? steps;
    const all = Array.from({ length }, (_, step) => ({ sample, step }));
    return method === 'last' ? all.slice(-1) : all;
  }).flat();
  return pick(places.length, features, (row, feature) => at(places[row].sample, places[row].step, feature));
}

function swappedLast({ dims, values }: RawTensor): RawTensor {
  const [features, positions] = dims.slice(-2);
  const swapped = values.map((_, i) => {
    const matrix = Math.floor(i / (features * positions));
    const position = Math.floor(i / features) % positions;
    return values[(matrix * features + (i % features)) * positions + position];
  });
  return { dims: [...dims.slice(0, -2), positions, features], values: swapped };
}

function pick(rows: number, features: number, value: (row: number, feature: number) => number): Observations {
  const values = new Float64Array(rows * features);
  for (let feature = 0; feature < features; feature++) {
    for (let row = 0; row < rows; row++) values[feature * rows + row] = value(row, feature);
  }
  return { rows, features, values };
}
