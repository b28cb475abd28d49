import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lstm } from '../../bench/models/lstm.js';
import { resnet50 } from '../../bench/models/resnet50.js';
import { transformer } from '../../bench/models/transformer.js';
import { writeData } from '../../bench/workload.js';
import { type Analysis, compareRuns } from './compareRuns.js';
import { root } from './delve.js';
import { exactModel } from './models.js';
import type { Part, Row, Settings } from './settings.js';

interface Case {
  readonly name: string;
  readonly analysis: Analysis;
  /** Of max |ΔQ| over trace / features, by precision of the moments. */
  readonly tolerance: { readonly float64?: number; readonly float32: number };
}

/**
 * Where activations are computed twice in float32, in other orders, they are expected to differ by some 1e-6 a layer;
 * the deepest network adds that up over 50 layers. TF32 keeps ten bits, some 1e-3 of a factor. Estimated, not yet
 * measured on a GPU.
 */
const SHALLOW = { float64: 1e-4, float32: 2e-4 };
const DEEP = { float64: 1e-3, float32: 1e-3 };
/** The same activations to the bit: what is left is the order of additions, in the precision of the moments. */
const EXACT = { float64: 1e-12, float32: 1e-4 };

/** The moments of the provider under test against the CPU's in float64. */
export async function momentsPart(settings: Settings): Promise<Part> {
  const rows: Row[] = [];
  const details: unknown[] = [];
  for (const { name, analysis, tolerance } of await cases(settings)) {
    for (const precision of ['float64', 'float32'] as const) {
      const allowed = tolerance[precision];
      if (allowed === undefined || (precision === 'float64' && settings.provider === 'webgpu')) continue;
      const found = await compareRuns(
        { ...analysis, provider: 'cpu', precision: 'float64' },
        { ...analysis, provider: settings.provider, precision },
        settings,
      );
      details.push({ name, precision, allowed, ...found });
      rows.push({
        what: `moments, ${name}, ${precision}`,
        found: `${found.covariance.toExponential(1)} (${found.layers} layers, ${found.samples} samples)`,
        bound: `≤ ${allowed.toExponential(0)}`,
        passed: found.covariance <= allowed,
      });
    }
  }
  return { rows, details };
}

async function cases({ folder, provider }: Settings): Promise<Case[]> {
  const fixture = (path: string) => fileURLToPath(new URL(`fixtures/${path}`, root));
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
  const images = { data: fixture('mnist') };
  const cnn = { model: fixture('mnist-cnn.onnx'), ...images };
  const rnn = { model: fixture('mnist-rnn.onnx'), ...images };
  const shallow = (name: string, analysis: Analysis): Case => ({ name, analysis, tolerance: SHALLOW });
  const small = provider === 'cpu';
  const [few, size] = small ? [3, 64] : [33, 224];
  return [
    {
      name: 'unchanged values',
      tolerance: EXACT,
      analysis: {
        model: await put('exact.onnx', exactModel()),
        operators: ['Relu'],
        layers: ['*relu*'],
        data: await data('exact.npy', [64], 5000),
        batchSize: 1999,
      },
    },
    shallow('CNN, batches of 50 and an odd rest', { ...cnn, batchSize: 50 }),
    shallow('CNN, three batches a run', { ...cnn, batchSize: 50, accumulate: 3 }),
    shallow('RNN, four batches a run', { ...rnn, batchSize: 30, accumulate: 4 }),
    shallow('CNN, batches of 7', { ...cnn, batchSize: 7, maxSamples: 31 }),
    shallow('CNN with BatchNorm', { ...images, model: fixture('mnist-cnn-bn.onnx') }),
    ...(['mean', 'max', 'median'] as const).map((convMethod) =>
      shallow(`CNN, ${convMethod}`, { ...cnn, convMethod }),
    ),
    shallow('CNN, flatten', { ...cnn, convMethod: 'flatten', interpolate: 4 }),
    shallow('CNN, interpolated', { ...cnn, interpolate: 8, interpolation: 'nearest' }),
    ...(['last', 'timestepwise'] as const).map((sequenceMethod) =>
      shallow(`RNN, ${sequenceMethod}`, { ...rnn, sequenceMethod }),
    ),
    shallow('LSTM', {
      model: await put('lstm.onnx', lstm()),
      data: await data('lstm.npy', [100, 64], few),
      batchSize: 32,
    }),
    {
      name: 'transformer blocks',
      tolerance: DEEP,
      analysis: {
        model: await put('transformer.onnx', transformer()),
        data: await data('transformer.npy', [197, 384], few),
        batchSize: 16,
      },
    },
    {
      name: 'ResNet50',
      tolerance: DEEP,
      analysis: {
        model: await put('resnet50.onnx', resnet50()),
        data: await data('resnet50.npy', [3, size, size], few),
        batchSize: 16,
      },
    },
  ];
}
