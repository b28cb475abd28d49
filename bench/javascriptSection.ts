import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import ort from 'onnxruntime-node';
import type { Context, Measured } from './context.js';
import { analyze } from './delve.js';
import { exposed } from './models/exposed.js';
import { compare } from './paired.js';
import { type ModelWork, prepared, randomBatch, type Workload, writeData } from './workload.js';

/** So few since the peer takes about a second an image. Both ways run all of them; nothing is extrapolated. */
const BATCHES = 2;

/** What one would write in JavaScript without rewriting the graph: all activations copied out, ml-matrix for the rest. */
export async function javascriptSection(context: Context, model: ModelWork): Promise<Measured> {
  const workload = await prepared({ ...model, batches: BATCHES }, context.folder);
  await writeData(workload);
  const { data, batchSize } = workload;
  const measured = await compare(
    {
      analyze: () => timed(() => analyze({ model: workload.model, data, batchSize, provider: 'cpu' })),
      javascript: () => timed(() => exposedAndMultiplied(workload)),
    },
    1,
    { warmUp: false },
  );
  const work = `all outputs exposed + ml-matrix ÷ analyze, ${model.name}, ${BATCHES} batches`;
  return { rows: [{ work, ratio: measured.javascript.ratio }], details: measured };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** @returns the eigenvalues of each layer's covariance, ascending. */
async function exposedAndMultiplied(workload: Workload): Promise<number[][]> {
  const { model, dims, batchSize, batches } = workload;
  const session = await ort.InferenceSession.create(exposed(await readFile(model)));
  const layers = new Map<string, { rows: number; sum: Matrix; scatter: Matrix }>();
  const input = new ort.Tensor('float32', randomBatch(workload), [batchSize, ...dims]);
  for (let batch = 0; batch < batches; batch++) {
    for (const [name, tensor] of Object.entries(await session.run({ input }))) {
      const x = observations(tensor);
      const scatter = x.transpose().mmul(x);
      const sum = Matrix.rowVector(x.sum('column'));
      const known = layers.get(name);
      if (known) {
        known.rows += x.rows;
        known.sum.add(sum);
        known.scatter.add(scatter);
      } else {
        layers.set(name, { rows: x.rows, sum, scatter });
      }
    }
  }
  await session.release();
  return [...layers.values()].map(({ rows, sum, scatter }) => {
    const mean = sum.div(rows);
    const covariance = scatter.div(rows).sub(mean.transpose().mmul(mean));
    return new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues;
  });
}

/** `[samples, channels, …positions]` → (samples · positions) × channels. */
function observations({ data, dims }: ort.Tensor): Matrix {
  if (!(data instanceof Float32Array)) throw new Error('a layer gives no float32');
  const [samples, channels] = dims;
  const positions = data.length / (samples * channels);
  const x = new Matrix(samples * positions, channels);
  for (let sample = 0; sample < samples; sample++) {
    for (let channel = 0; channel < channels; channel++) {
      const start = (sample * channels + channel) * positions;
      for (let i = 0; i < positions; i++) x.set(sample * positions + i, channel, data[start + i]);
    }
  }
  return x;
}
