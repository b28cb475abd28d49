import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { analyze } from './delve.js';
import { type Compared, compare, type Summary, summary, type Way } from './paired.js';
import type { PythonPeer } from './pythonPeer.js';
import { type Workload, writeData } from './workload.js';

/** What the thread of plain inference is given. */
export interface PlainWork extends Workload {
  /** Where the values start in the data file, in bytes. */
  readonly dataStart: number;
}

export interface WholeRun {
  readonly images: number;
  /** Seconds from the call to the result. */
  readonly seconds: { plain: Compared; float64: Compared; float32?: Compared; python?: Compared };
  /**
   * Seconds of the pass alone (`timing.seconds` of the run: the session's start included, reading and rewriting the
   * model and the statistics not).
   */
  readonly pass: { float64: Summary; float32?: Summary };
}

interface WholeRunOptions {
  readonly rounds: number;
  readonly float32: boolean;
  /** The Python package, started on the same model and data; absent where it is not installed. */
  readonly python?: PythonPeer;
}

/**
 * Seconds of a whole `analyze()`, from the model file to the run with all its eigenvalues, of plain inference over
 * the same file of samples (a thread, a session, and nothing else), and of the Python package.
 *
 * @throws Error where the Python package sees other layers than `analyze`.
 */
export async function wholeRun(
  workload: Workload,
  { rounds, float32, python }: WholeRunOptions,
): Promise<WholeRun> {
  const dataStart = await writeData(workload);
  const passes: Record<'float64' | 'float32', number[]> = { float64: [], float32: [] };
  let features: readonly number[] = [];
  const analysis = (precision: 'float64' | 'float32') => async () => {
    const { model, data, batchSize } = workload;
    const start = performance.now();
    const { timing, layers } = await analyze({ model, data, batchSize, precision, provider: 'cpu' });
    const seconds = (performance.now() - start) / 1000;
    features = layers.map((layer) => layer.features);
    passes[precision].push(timing.seconds);
    return seconds;
  };
  const ways: Record<string, Way> = {
    plain: async () => {
      const start = performance.now();
      await plainInference({ ...workload, dataStart });
      return (performance.now() - start) / 1000;
    },
    float64: analysis('float64'),
  };
  if (float32) ways.float32 = analysis('float32');
  if (python) ways.python = () => pythonRun(python, features);
  const seconds = await compare(ways, rounds);
  // The first was the warm-up.
  const pass = (precision: 'float64' | 'float32') => summary(passes[precision].slice(1));
  return {
    images: workload.batches * workload.batchSize,
    seconds: {
      plain: seconds.plain,
      float64: seconds.float64,
      ...(float32 ? { float32: seconds.float32 } : {}),
      ...(python ? { python: seconds.python } : {}),
    },
    pass: { float64: pass('float64'), ...(float32 ? { float32: pass('float32') } : {}) },
  };
}

async function plainInference(workerData: PlainWork): Promise<void> {
  const worker = new Worker(new URL('./plainWorker.js', import.meta.url), { workerData });
  // Rejects on the worker's `error` event.
  await once(worker, 'exit');
}

async function pythonRun(python: PythonPeer, expected: readonly number[]): Promise<number> {
  const { seconds, features } = await python.ask('run');
  // In another order where a shortcut stands elsewhere in the graph.
  const sorted = (values: unknown) =>
    JSON.stringify(Array.isArray(values) ? values.map(Number).sort() : values);
  if (sorted(features) !== sorted(expected)) {
    throw new Error(`the peer saw layers of ${features} features, analyze of ${expected}: not the same work`);
  }
  return Number(seconds);
}
