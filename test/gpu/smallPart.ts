import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphWriter } from '../../bench/models/graph.js';
import { writeData } from '../../bench/workload.js';
import { type Analysis, compareRuns } from './compareRuns.js';
import { exactModel, hungryModel } from './models.js';
import type { Part, Row, Settings } from './settings.js';

/** Of max |ΔQ| over trace / features. Activations are computed twice in float32, in other orders. */
const ALLOWED = 2e-4;
const SAMPLES = 23;
const BATCH = 5;
const LARGE = 17;

/**
 * What the other parts prove, on models so small that a device in software takes a minute: every way of making
 * observations against the CPU's float64, with an odd last batch; two sessions at one time; a batch that is too
 * large.
 */
export async function smallPart(settings: Settings): Promise<Part> {
  const { folder, provider } = settings;
  const precision = provider === 'webgpu' ? 'float32' : 'float64';
  const put = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const data = async (name: string, dims: readonly number[], samples: number) => {
    const path = join(folder, name);
    await writeData({ data: path, dims, batchSize: samples, batches: 1 });
    return path;
  };
  const images = await data('images.npy', [2, 8, 8], SAMPLES);
  const convolutions = {
    model: await put('convolutions.onnx', convolutional()),
    data: images,
    batchSize: BATCH,
  };
  const steps = await data('steps.npy', [6, 5], SAMPLES);
  const sequences = { model: await put('sequences.onnx', recurrent()), data: steps, batchSize: BATCH };
  const numbers = await data('numbers.npy', [64], 500);
  const cases: readonly (readonly [string, Analysis])[] = [
    [
      'unchanged values',
      {
        model: await put('unchanged.onnx', exactModel()),
        ...{ operators: ['Relu'], layers: ['*relu*'] },
        data: numbers,
        batchSize: 199,
      },
    ],
    ...(['channelwise', 'mean', 'max', 'median', 'flatten'] as const).map(
      (convMethod) =>
        [
          `convolutions, ${convMethod}`,
          // Flattened, each position is a feature of its own.
          { ...convolutions, convMethod, ...(convMethod === 'flatten' ? { layers: ['first', 'last'] } : {}) },
        ] as const,
    ),
    ['convolutions, interpolated', { ...convolutions, interpolate: 4, interpolation: 'nearest' }],
    ['convolutions, measured at outputs', { ...convolutions, measureAt: 'output' }],
    // Five batches, the last one of three samples.
    ['convolutions, three batches a run', { ...convolutions, accumulate: 3 }],
    ['LSTM and MatMul, two batches a run', { ...sequences, sequenceMethod: 'timestepwise', accumulate: 2 }],
    ...(['last', 'timestepwise', 'flatten'] as const).map(
      (sequenceMethod) => [`LSTM and MatMul, ${sequenceMethod}`, { ...sequences, sequenceMethod }] as const,
    ),
  ];
  const rows: Row[] = [];
  const against = (analysis: Analysis) =>
    compareRuns(
      { ...analysis, provider: 'cpu', precision: 'float64' },
      { ...analysis, provider, precision },
      settings,
    );
  const row = (what: string, { covariance, layers, samples }: Awaited<ReturnType<typeof against>>): Row => ({
    what,
    found: `${covariance.toExponential(1)} (${layers} layers, ${samples} samples)`,
    bound: `≤ ${ALLOWED.toExponential(0)}`,
    passed: covariance <= ALLOWED,
  });
  for (const [name, analysis] of cases) rows.push(row(name, await against(analysis)));
  const both = await Promise.all([against(convolutions), against(sequences)]);
  rows.push(...both.map((found, i) => row(`two sessions at one time, ${i + 1}`, found)));
  rows.push(await stepsDown(settings, await put('hungry.onnx', hungryModel()), precision));
  return { rows };
}

/** Feature maps of 17 × 64 MiB: one more than a buffer of WebGPU holds there. Smaller batches have to do. */
async function stepsDown(settings: Settings, model: string, precision: 'float32' | 'float64'): Promise<Row> {
  const notices: string[] = [];
  const { provider } = settings;
  const analysis = { model, data: `random:${LARGE}` } as const;
  const onNotice = (text: string) => notices.push(text);
  const { samples, covariance } = await compareRuns(
    { ...analysis, provider: 'cpu', precision: 'float64', batchSize: 4 },
    { ...analysis, provider, precision, batchSize: provider === 'cpu' ? 4 : LARGE, onNotice },
    settings,
  );
  const steps = notices.filter((text) => text.includes('going on with')).length;
  return {
    what: `a batch of ${LARGE} with tensors of 1.1 GiB`,
    found: `${covariance.toExponential(1)} (${samples} samples), ${steps} steps down`,
    bound: `≤ 1e-3, all ${LARGE} samples`,
    passed: samples === LARGE && covariance <= 1e-3,
  };
}

/** Three convolutions, one of them pointwise and wide enough to be measured at its input, and a classifier. */
function convolutional(): Uint8Array {
  const graph = new GraphWriter(3);
  const input = graph.input('input', ['batch', 2, 8, 8]);
  let x = graph.conv('first', input, { inChannels: 2, outChannels: 6, kernel: 3 });
  x = graph.node('first', 'Relu', [x]);
  x = graph.conv('wide', x, { inChannels: 6, outChannels: 160, kernel: 1 });
  x = graph.node('wide', 'Relu', [x]);
  x = graph.conv('last', x, { inChannels: 160, outChannels: 5, kernel: 3, stride: 2 });
  x = graph.node('pool', 'GlobalAveragePool', [x]);
  x = graph.node('', 'Flatten', [x], { axis: 1 });
  x = graph.gemm('fc', x, 5, 3);
  return graph.model({ [x]: ['batch', 3] });
}

/** An LSTM, which no provider but the CPU may have, and a product over its steps. */
function recurrent(): Uint8Array {
  const [inputs, units] = [5, 7];
  const graph = new GraphWriter(4);
  const input = graph.input('input', ['batch', 6, inputs]);
  const directions = graph.constant('directions', [1], [1n]);
  const turned = graph.node('', 'Transpose', [input], { perm: [1, 0, 2] });
  const weight = graph.weights('lstm.weight_ih', [1, 4 * units, inputs], 2 * (inputs + units));
  const recurrence = graph.weights('lstm.weight_hh', [1, 4 * units, units], 2 * (inputs + units));
  const bias = graph.weights('lstm.bias', [1, 8 * units], 2 * (inputs + units));
  let x = graph.node('lstm', 'LSTM', [turned, weight, recurrence, bias], { hidden_size: units });
  x = graph.node('lstm', 'Squeeze', [x, directions]);
  x = graph.node('last', 'Transpose', [x], { perm: [1, 0, 2] });
  x = graph.node('head', 'MatMul', [x, graph.weights('head.weight', [units, 4], units)]);
  return graph.model({ [x]: ['batch', 6, 4] });
}
