import type { Feed, FeedOptions, FeedSource, TensorData } from '../../src/data/feed.js';
import type { InstrumentedModel } from '../../src/instrument/instrumentedModel.js';
import type { NumericArray } from '../../src/onnx/elementType.js';
import type { Moments } from '../../src/stats/moments.js';
import { built } from './built.js';
import { modelBytes, momentNodes, node, tensor, value } from './models.js';

export const engine = await built<typeof import('../../src/engine/observe.js')>('engine/observe.js');

/** Data in memory, one tensor an input; samples along the first axis. */
export function memorySource(
  inputs: Readonly<Record<string, TensorData>>,
  hooks: { readonly beforeFeed?: (start: number) => void | Promise<void> } = {},
): FeedSource & { readonly read: number } {
  const [first] = Object.values(inputs);
  const size = first.dims[0];
  let read = 0;
  return {
    reader: 'memory',
    source: 'memory',
    size,
    labels: new Map(),
    skipped: [],
    skippedCount: 0,
    preprocessing: {},
    get read() {
      return read;
    },
    async *feeds({ batchSize, maxSamples = size, every = 1 }: FeedOptions): AsyncGenerator<Feed> {
      let left = maxSamples;
      for (let start = 0, batch = 1; start < size && left > 0; start += batchSize, batch++) {
        if (batch % every !== 0) continue;
        await hooks.beforeFeed?.(start);
        const samples = Math.min(batchSize, size - start, left);
        left -= samples;
        read++;
        yield {
          samples,
          tensors: Object.fromEntries(
            Object.entries(inputs).map(([input, { type, dims, data }]) => {
              const row = data.length / size;
              const rows = data.slice(start * row, (start + samples) * row);
              return [input, { type, dims: [samples, ...dims.slice(1)], data: rows }];
            }),
          ),
        };
      }
    },
    close: async () => {},
  };
}

/** Rows of small exactly representable numbers that differ from each other. */
export function rows(count: number, features: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count * features }, (_, i) => ((i * 7) % 23) - 11 + i / 64);
}

/** y = x W of `features` → `units`, and its moments; `batch` is the model's first dimension. */
export function linearModel(
  weights: { readonly features: number; readonly units: number; readonly values: readonly number[] },
  batch: number | string = 'batch',
): InstrumentedModel {
  const { features, units, values } = weights;
  const { nodes, outputs } = momentNodes('fc', 'y');
  return {
    bytes: modelBytes({
      inputs: [value('x', 'float32', [batch, features])],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' }), ...nodes],
      initializers: [tensor('w', 'float32', [features, units], values)],
      outputs: [outputs.count, outputs.sum, outputs.scatter],
    }),
    layers: [outputs],
  };
}

/** Moments in plain loops: Σ 1, Σ y, Σ y yᵀ of y = x W over the rows of x. */
export function linearMoments(
  x: NumericArray,
  weights: { readonly features: number; readonly units: number; readonly values: readonly number[] },
): Moments {
  const { features, units, values } = weights;
  const count = x.length / features;
  const sum = new Float64Array(units);
  const scatter = new Float64Array(units * units);
  for (let r = 0; r < count; r++) {
    const y = Array.from({ length: units }, (_, j) =>
      Array.from({ length: features }, (_, i) => Number(x[r * features + i]) * values[i * units + j]).reduce(
        (a, b) => a + b,
      ),
    );
    for (let i = 0; i < units; i++) {
      sum[i] += y[i];
      for (let j = 0; j < units; j++) scatter[i * units + j] += y[i] * y[j];
    }
  }
  return { count, sum, scatter };
}
