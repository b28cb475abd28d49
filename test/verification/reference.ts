import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import ort from 'onnxruntime-node';
import type { Feed } from '../../src/data/feed.js';
import type { AnalyzeOptions, Inspection } from '../../src/index.js';
import type { Layer } from '../../src/layers/layer.js';
import { fixedBatchSize, openData, readModelFile, serializeModel } from './delve.js';
import { exposeOutputs, hasValues, nameOutputs } from './exposeOutputs.js';
import { type Methods, observations } from './observations.js';
import { dequantized, type RawTensor, rawTensor } from './rawTensor.js';
import { ReferenceMoments } from './referenceMoments.js';

export interface ReferenceOptions {
  readonly methods: Methods;
  /** How many layers' activations are held at one time. */
  readonly layersAtOnce: number;
  /** ONNX Runtime's rewriting of the graph before it runs. */
  readonly optimization: 'all' | 'disabled';
}

/** Mean and covariance of every layer, by name, from the activations of the original model over the same data. */
export async function reference(
  { model, layers, inputs }: Pick<Inspection, 'layers' | 'inputs'> & { readonly model: string },
  options: AnalyzeOptions,
  { methods, layersAtOnce, optimization }: ReferenceOptions,
): Promise<ReadonlyMap<string, ReferenceMoments>> {
  const names = [...new Set(layers.flatMap(valuesOf))];
  let original = nameOutputs(await readFile(model), layers);
  if (!hasValues(original, names)) {
    console.error(`${model}: run with its fused operators and functions taken apart, as delve reads it`);
    original = nameOutputs(serializeModel((await readModelFile(model)).proto), layers);
  }
  ort.env.logLevel = 'fatal';
  const session = await ort.InferenceSession.create(exposeOutputs(original, names), {
    logSeverityLevel: 4,
    graphOptimizationLevel: optimization,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    extra: { session: { model_external_initializers_file_folder_path: dirname(resolve(model)) } },
  });
  const moments = new Map(layers.map(({ name }) => [name, new ReferenceMoments()]));
  const fixed = fixedBatchSize(inputs);
  const data = typeof options.data === 'string' ? [options.data] : options.data;
  const source = await openData({ ...options, data }, inputs);
  try {
    const { maxSamples, every, batchSize = 32 } = options;
    const samples = batchSize === 'auto' ? 32 : batchSize;
    const feeds = source.feeds({ batchSize: fixed ?? samples, maxSamples, every });
    for await (const feed of feeds) {
      const tensors = tensorsOf(feed, fixed);
      for (let start = 0; start < layers.length; start += layersAtOnce) {
        const chunk = layers.slice(start, start + layersAtOnce);
        const outputs = await session.run(tensors, [...new Set(chunk.flatMap(valuesOf))]);
        for (const layer of chunk) {
          const raw = new Map(valuesOf(layer).map((name) => [name, rawTensor(outputs[name])]));
          for (const block of observed(
            layer,
            raw,
            methods,
            fixed === undefined ? undefined : { feed, fixed },
          )) {
            moments.get(layer.name)?.add(block);
          }
        }
      }
    }
  } finally {
    await source.close();
    await session.release();
  }
  return moments;
}

function valuesOf({ output, quantization, layout }: Layer): string[] {
  const lengths = layout.kind === 'recurrent' ? layout.sequenceLengths : undefined;
  return [output, quantization?.scale, quantization?.zeroPoint, lengths].filter((name) => name !== undefined);
}

function observed(
  layer: Layer,
  raw: ReadonlyMap<string, RawTensor>,
  methods: Methods,
  filled: { feed: Feed; fixed: number } | undefined,
) {
  const { layout, output, quantization } = layer;
  const tensor = (name: string) => {
    const found = raw.get(name);
    if (!found) throw new Error(`${name} did not come out of the model`);
    return found;
  };
  const real = quantization
    ? dequantized(
        tensor(output),
        tensor(quantization.scale),
        quantization.zeroPoint === undefined ? undefined : tensor(quantization.zeroPoint),
      )
    : tensor(output);
  const lengths =
    layout.kind === 'recurrent' && layout.sequenceLengths
      ? [...tensor(layout.sequenceLengths).values]
      : undefined;
  const sampleAxis = layout.kind === 'recurrent' && !layout.batchFirst ? 2 : 0;
  const own = filled ? withoutFilling(real, sampleAxis, filled.feed.samples, filled.fixed) : real;
  return observations(layer, own, methods, lengths);
}

/** The part of an activation that belongs to the first `samples` of `fixed` samples. */
function withoutFilling(tensor: RawTensor, axis: number, samples: number, fixed: number): RawTensor {
  const { dims, values } = tensor;
  if (samples === fixed) return tensor;
  const inner = dims.slice(axis + 1).reduce((product, size) => product * size, 1);
  const kept = (dims[axis] / fixed) * samples;
  return {
    dims: dims.map((size, i) => (i === axis ? kept : size)),
    values: values.filter((_, i) => Math.floor(i / inner) % dims[axis] < kept),
  };
}

/** The feed as tensors, filled up with zeros where the model fixes its batch size. */
function tensorsOf(feed: Feed, fixed: number | undefined): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(feed.tensors).map(([name, { type, dims, data }]) => {
      const size = (data.length / feed.samples) * (fixed ?? feed.samples);
      const Kind = data.constructor as new (length: number) => typeof data;
      const filled = new Kind(size);
      filled.set(data as never);
      const filledDims = fixed === undefined ? dims : [fixed, ...dims.slice(1)];
      return [name, new ort.Tensor(type as ort.Tensor.Type, filled as ort.Tensor.DataType, filledDims)];
    }),
  );
}
