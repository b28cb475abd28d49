import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Moments } from '../stats/moments.js';
import { computeStatistics, type MomentsWithStatistics, type WantedStatistics } from './computeStatistics.js';
import type { StatisticsReply, StatisticsRequest } from './statisticsWorker.js';

/** Eigenvalues cost about features³ operations; below this sum of them, workers take longer to start than to work. */
const WORTH_A_WORKER = 300 ** 3;

/**
 * The statistics of several layers, side by side in workers, so that neither the wait nor Ctrl-C hangs on the
 * eigenvalues of a wide layer. The widest layers start first, lest one of them is the last to run.
 *
 * The buffers of the given moments are transferred: use the returned ones.
 *
 * @throws whatever `computeStatistics` throws; the signal's reason when it aborts.
 */
export async function statisticsOf(
  layers: readonly Moments[],
  options: WantedStatistics,
  signal?: AbortSignal,
): Promise<MomentsWithStatistics[]> {
  const cost = layers.reduce((sum, { sum: { length } }) => sum + length ** 3, 0);
  if (cost < WORTH_A_WORKER) {
    return layers.map((moments) => computeStatistics(moments, options));
  }
  const widestFirst = layers
    .map((moments, index) => ({ moments, index }))
    .sort((a, b) => b.moments.sum.length - a.moments.sum.length);
  const results: MomentsWithStatistics[] = new Array(layers.length);
  const count = Math.min(availableParallelism(), layers.length);
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./statisticsWorker.js', import.meta.url), { execArgv: [] }),
  );
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let next = widestFirst.shift(); next; next = widestFirst.shift()) {
          results[next.index] = await ask(worker, { moments: next.moments, options }, signal);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

async function ask(
  worker: Worker,
  request: StatisticsRequest,
  signal: AbortSignal | undefined,
): Promise<MomentsWithStatistics> {
  signal?.throwIfAborted();
  const { sum, scatter } = request.moments;
  worker.postMessage(request, [sum.buffer, scatter.buffer] as ArrayBuffer[]);
  // `once` also rejects on the worker's `error` event and on abort.
  const [reply] = (await once(worker, 'message', signal ? { signal } : {})) as [StatisticsReply];
  if ('error' in reply) throw reply.error;
  return reply;
}
