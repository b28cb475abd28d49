import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import ort from 'onnxruntime-node';
import { instrumentModel } from './delve.js';
import { exposed } from './models/exposed.js';
import { type Compared, compare, type Way } from './paired.js';
import { randomBatch, type Workload } from './workload.js';

export type PerBatch = Record<'plain' | 'float64' | 'float32' | 'exposed', Compared>;

/** What a turn should take at least, in milliseconds: short turns measure the change from session to session. */
const TURN = 500;

/**
 * Milliseconds that one `session.run()` takes, sessions open and warm: of the model as it is, of the instrumented
 * ones, and of the model with all activations exposed and merely copied out.
 */
export async function perBatch(workload: Workload, rounds: number): Promise<PerBatch> {
  const bytes = await readFile(workload.model);
  const sessions = {
    plain: await ort.InferenceSession.create(bytes),
    float64: await instrumented(workload.model, 'float64'),
    float32: await instrumented(workload.model, 'float32'),
    exposed: await ort.InferenceSession.create(exposed(bytes)),
  };
  const input = new ort.Tensor('float32', randomBatch(workload), [workload.batchSize, ...workload.dims]);
  const run = async (session: ort.InferenceSession, times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) await session.run({ input });
    return (performance.now() - start) / times;
  };
  await run(sessions.plain, 1);
  const times = Math.max(1, Math.round(TURN / (await run(sessions.plain, 2))));
  const way =
    (session: ort.InferenceSession): Way =>
    () =>
      run(session, times);
  try {
    return await compare(
      {
        plain: way(sessions.plain),
        float64: way(sessions.float64),
        float32: way(sessions.float32),
        exposed: way(sessions.exposed),
      },
      rounds,
    );
  } finally {
    for (const session of Object.values(sessions)) await session.release();
  }
}

async function instrumented(model: string, precision: 'float64' | 'float32'): Promise<ort.InferenceSession> {
  const output = model.replace(/\.onnx$/, `.${precision}.onnx`);
  await instrumentModel(model, { output, precision });
  return ort.InferenceSession.create(output);
}
