import { create } from '@bufbuild/protobuf';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { instrument } from '../../src/instrument/instrument.js';
import type { InstrumentedModel } from '../../src/instrument/instrumentedModel.js';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import { findLayers } from '../../src/layers/findLayers.js';
import type { Layer } from '../../src/layers/layer.js';
import { allocate, type ElementType } from '../../src/onnx/elementType.js';
import { type ModelFile, serializeModel } from '../../src/onnx/modelFile.js';
import { ValueInfoProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { addShiftedMoments, emptyMoments, type Moments } from '../../src/stats/moments.js';
import { node } from './models.js';
import { float16Bits, type RawTensor, rawTensor } from './rawTensor.js';
import { momentsOf, rowsOf } from './referenceMoments.js';

export type Feeds = Readonly<Record<string, ort.Tensor>>;

/** A tensor to feed; float16 values are given as numbers and rounded. */
export function ortTensor(
  type: ElementType,
  dims: readonly number[],
  values: ArrayLike<number | bigint>,
): ort.Tensor {
  if (type === 'bfloat16') throw new Error('bfloat16 does not cross the boundary');
  const data = allocate(type, values.length);
  for (let i = 0; i < values.length; i++) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = BigInt(values[i]);
    else data[i] = type === 'float16' ? float16Bits(Number(values[i])) : Number(values[i]);
  }
  return new ort.Tensor(type, data, dims);
}

export const channelwise: InstrumentOptions = { convMethod: 'channelwise', precision: 'float64' };

/** ONNX Runtime with one thread, so that sums are made in the same order every time. */
export async function run(
  bytes: Uint8Array,
  feeds: Feeds,
  extra: { readonly externalDataFolder?: string } = {},
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(bytes, {
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
    ...(extra.externalDataFolder === undefined
      ? {}
      : { extra: { session: { model_external_initializers_file_folder_path: extra.externalDataFolder } } }),
  });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** The moments that an instrumented model gives, any shift put back, by layer. */
export async function momentsFrom(
  instrumented: InstrumentedModel,
  feeds: Feeds,
): Promise<Map<string, Moments>> {
  const outputs = await run(instrumented.bytes, feeds, instrumented);
  const floats = (name: string): Float64Array => {
    const { data } = outputs[name];
    if (!(data instanceof Float64Array)) throw new Error(`${name} is not float64`);
    return data;
  };
  return new Map(
    instrumented.layers.map(({ layer, count, sum, scatter, shift }) => {
      expect(outputs[count].type).toBe('int64');
      expect(outputs[count].dims).toEqual([]);
      const features = floats(sum).length;
      expect(outputs[sum].dims).toEqual([features]);
      expect(outputs[scatter].dims).toEqual([features, features]);
      const batch = { count: Number(outputs[count].data[0]), sum: floats(sum), scatter: floats(scatter) };
      if (shift === undefined) return [layer, batch];
      expect(outputs[shift].dims).toEqual([features]);
      const total = emptyMoments(features);
      addShiftedMoments(total, { ...batch, shift: floats(shift) });
      return [layer, total];
    }),
  );
}

/** Instruments a model and runs it. */
export function instrumentedMoments(
  model: ModelFile,
  layers: readonly Layer[],
  options: InstrumentOptions,
  feeds: Feeds,
): Promise<Map<string, Moments>> {
  return momentsFrom(instrument(model, layers, options), feeds);
}

/** What a layer's rows have to be made from: its output, dequantized in plain numbers, and its sequence lengths. */
export interface RawActivation {
  readonly tensor: RawTensor;
  readonly sequenceLengths?: readonly number[];
}

/** Runs the model itself with the layers' outputs exposed. */
export async function rawActivations(
  model: ModelFile,
  layers: readonly Layer[],
  feeds: Feeds,
): Promise<Map<string, RawActivation>> {
  const wanted = new Set(layers.flatMap(valuesOf));
  const graph = {
    ...model.graph,
    node: [
      ...model.graph.node.map((proto, index) => {
        const layer = layers.find(({ unnamed }) => unnamed?.nodeIndex === index);
        return layer ? { ...proto, output: [layer.output, ...proto.output.slice(1)] } : proto;
      }),
      ...[...wanted].map((name) => node('Identity', [name], [`raw:${name}`])),
    ],
    output: [...wanted].map((name) => create(ValueInfoProtoSchema, { name: `raw:${name}` })),
  };
  const outputs = await run(serializeModel({ ...model.proto, graph }), feeds, model);
  const raw = (name: string) => rawTensor(outputs[`raw:${name}`]);
  return new Map(
    layers.map((layer) => {
      const { quantization, layout } = layer;
      const lengths = layout.kind === 'recurrent' ? layout.sequenceLengths : undefined;
      const tensor = raw(layer.output);
      return [
        layer.name,
        {
          tensor: quantization
            ? dequantized(
                tensor,
                raw(quantization.scale),
                quantization.zeroPoint ? raw(quantization.zeroPoint) : undefined,
              )
            : tensor,
          ...(lengths ? { sequenceLengths: [...raw(lengths).values] } : {}),
        },
      ];
    }),
  );
}

function valuesOf({ output, quantization, layout }: Layer): string[] {
  return [
    output,
    quantization?.scale,
    quantization?.zeroPoint,
    layout.kind === 'recurrent' ? layout.sequenceLengths : undefined,
  ].filter((name) => name !== undefined);
}

/** (q − zero) · scale, rounded to float32 as DequantizeLinear does. */
function dequantized(quantized: RawTensor, scale: RawTensor, zeroPoint?: RawTensor): RawTensor {
  if (scale.values.length !== 1) throw new Error('one scale for the whole tensor is expected');
  const zero = zeroPoint?.values[0] ?? 0;
  return {
    dims: quantized.dims,
    values: quantized.values.map((q) => Math.fround((q - zero) * scale.values[0])),
  };
}

/**
 * How far apart two moments are; counts must be equal. Scatters are compared relative to the largest entry; sums
 * relative to √(n · largest entry), which no sum exceeds (Cauchy–Schwarz), since a sum itself may be near 0.
 */
export function distance(actual: Moments, expected: Moments): number {
  expect(actual.count).toBe(expected.count);
  const largest = expected.scatter.reduce((most, entry) => Math.max(most, Math.abs(entry)), Number.MIN_VALUE);
  return Math.max(
    largestDifference(actual.sum, expected.sum) / Math.sqrt(Math.max(1, expected.count) * largest),
    largestDifference(actual.scatter, expected.scatter) / largest,
  );
}

function largestDifference(actual: Float64Array, expected: Float64Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce((most, entry, i) => Math.max(most, Math.abs(entry - expected[i])), 0);
}

/** Compares every layer of a model with plain code over the raw activations; gives the largest distance. */
export async function largestDistance(
  model: ModelFile,
  feeds: Feeds,
  options: InstrumentOptions,
  operators: readonly string[] = [],
): Promise<number> {
  const { layers } = findLayers(model, operators);
  expect(layers.length).toBeGreaterThan(0);
  const raw = await rawActivations(model, layers, feeds);
  const moments = await instrumentedMoments(model, layers, options, feeds);
  return layers.reduce((most, { name, layout }) => {
    const activation = raw.get(name);
    const actual = moments.get(name);
    if (!activation || !actual) throw new Error(`layer ${name} was not run`);
    const rows = rowsOf(activation.tensor, layout, {
      ...options,
      sequenceLengths: activation.sequenceLengths,
    });
    return Math.max(most, distance(actual, momentsOf(rows, actual.sum.length)));
  }, 0);
}

/** The moments of one layer, from the instrumented model and from plain code. */
export async function bothMoments(
  { file, layer, feeds }: { readonly file: ModelFile; readonly layer: Layer; readonly feeds: Feeds },
  options: InstrumentOptions,
): Promise<{ actual: Moments; expected: Moments; rows: number[][] }> {
  const activation = (await rawActivations(file, [layer], feeds)).get(layer.name);
  const actual = (await instrumentedMoments(file, [layer], options, feeds)).get(layer.name);
  if (!activation || !actual) throw new Error(`layer ${layer.name} was not run`);
  const { tensor, sequenceLengths } = activation;
  const rows = rowsOf(tensor, layer.layout, { ...options, sequenceLengths });
  return { actual, expected: momentsOf(rows, actual.sum.length), rows };
}
