import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { analyze } from './delve.js';
import { type Compared, compare, type Summary, summary } from './paired.js';
import { type Workload, writeData } from './workload.js';

/** What the thread of plain inference is given. */
export interface PlainWork extends Workload {
  /** Where the values start in the data file, in bytes. */
  readonly dataStart: number;
}

export interface WholeRun {
  readonly images: number;
  /** Seconds from the call to the result. */
  readonly seconds: Record<'plain' | 'float64' | 'float32', Compared>;
  /**
   * Seconds of the pass alone (`timing.seconds` of the run: the session's start included, reading and rewriting the
   * model and the statistics not).
   */
  readonly pass: Record<'float64' | 'float32', Summary>;
}

/**
 * Seconds of a whole `analyze()`, from the model file to the run with all its eigenvalues, and of plain inference
 * over the same file of samples: a thread, a session, and nothing else.
 */
export async function wholeRun(workload: Workload, rounds: number): Promise<WholeRun> {
  const dataStart = await writeData(workload);
  const passes: Record<'float64' | 'float32', number[]> = { float64: [], float32: [] };
  const analysis = (precision: 'float64' | 'float32') => async () => {
    const { model, data, batchSize } = workload;
    const start = performance.now();
    const { timing } = await analyze({ model, data, batchSize, precision, provider: 'cpu' });
    const seconds = (performance.now() - start) / 1000;
    passes[precision].push(timing.seconds);
    return seconds;
  };
  const seconds = await compare(
    {
      plain: async () => {
        const start = performance.now();
        await plainInference({ ...workload, dataStart });
        return (performance.now() - start) / 1000;
      },
      float64: analysis('float64'),
      float32: analysis('float32'),
    },
    rounds,
  );
  return {
    images: workload.batches * workload.batchSize,
    seconds,
    // The first was the warm-up.
    pass: { float64: summary(passes.float64.slice(1)), float32: summary(passes.float32.slice(1)) },
  };
}

async function plainInference(workerData: PlainWork): Promise<void> {
  const worker = new Worker(new URL('./plainWorker.js', import.meta.url), { workerData });
  // Rejects on the worker's `error` event.
  await once(worker, 'exit');
}
