import { once, setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { MessageChannel, Worker } from 'node:worker_threads';
import { providerSpeeds } from '../../run/settingValues.js';
import { affordableGroups } from '../../stats/groups.js';
import { buffersOf } from '../../stats/packedMoments.js';
import { WORTH_A_TEAM } from '../../stats/reduction/tridiagonalKernel.js';
import type { ObservedLayer } from '../collect/layerMoments.js';
import { computeStatistics, type MomentsWithStatistics, type WantedStatistics } from './computeStatistics.js';
import type { HelpRequest, StatisticsReply, StatisticsRequest } from './statisticsThread.js';

/** Eigenvalues cost about features³ operations; below this sum of them, workers take longer to start than to work. */
const WORTH_A_WORKER = 300 ** 3;

/** What was found of a layer. */
export type Measured = Pick<ObservedLayer, 'moments' | 'inner' | 'without'>;

/** Of the matrix whose eigenvalues are computed. */
const orderOf = ({ moments, inner }: Measured): number =>
  inner ? Math.sqrt(inner.length) : moments.sum.length;

/**
 * The statistics of several layers, side by side in workers, so that neither the wait nor Ctrl-C hangs on the
 * eigenvalues of a wide layer. The widest layers start first, lest one of them is the last to run; one that would
 * take longer than all the rest together is computed by all workers at once before that.
 *
 * The buffers of the given moments are transferred: use the returned ones.
 *
 * @throws whatever `computeStatistics` throws; the signal's reason when it aborts.
 */
export async function statisticsOf(
  layers: readonly Measured[],
  options: WantedStatistics,
  signal?: AbortSignal,
): Promise<MomentsWithStatistics[]> {
  const cost = layers.reduce(
    (sum, layer) => sum + (1 + (layer.moments.groups?.length ?? 0)) * orderOf(layer) ** 3,
    0,
  );
  const groups = affordableGroups(
    layers.map(({ moments }) => ({ observations: moments.count, features: moments.sum.length })),
    providerSpeeds[options.provider ?? 'cpu'],
  );
  if (cost < WORTH_A_WORKER) {
    return layers.map(({ moments, inner, without }, i) =>
      computeStatistics(moments, options, inner, groups[i], without),
    );
  }
  const widestFirst = layers
    .map(({ moments, inner, without }, index) => ({ moments, inner, without, groups: groups[index], index }))
    .sort((a, b) => orderOf(b) - orderOf(a));
  const results: MomentsWithStatistics[] = new Array(layers.length);
  const cores = availableParallelism();
  let together = dominantLayers(widestFirst.map(orderOf), cores);
  const count = together > 0 ? cores : Math.min(cores, layers.length);
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./statisticsThread.js', import.meta.url), { execArgv: [] }),
  );
  // Each worker that computes listens once; from eleven on Node would take it for a leak.
  if (signal) setMaxListeners(count + 10, signal);
  try {
    const [leader, ...helpers] = workers;
    for (; together > 0; together--) {
      const next = widestFirst.shift();
      if (next) results[next.index] = await ask(leader, { ...next, options }, signal, helpers);
    }
    await Promise.all(
      workers.map(async (worker) => {
        for (let next = widestFirst.shift(); next; next = widestFirst.shift()) {
          results[next.index] = await ask(worker, { ...next, options }, signal);
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

/** How many layers, of widths in descending order, each cost more than a core's share of what then remains. */
export function dominantLayers(widths: readonly number[], cores: number): number {
  let rest = widths.reduce((sum, width) => sum + width ** 3, 0);
  const first = widths.findIndex((width) => {
    const dominates = cores > 1 && width >= WORTH_A_TEAM && width ** 3 * cores > rest;
    rest -= width ** 3;
    return !dominates;
  });
  return first === -1 ? widths.length : first;
}

async function ask(
  worker: Worker,
  { moments, inner, groups, without, options }: Omit<StatisticsRequest, 'helpers'>,
  signal: AbortSignal | undefined,
  others: readonly Worker[] = [],
): Promise<MomentsWithStatistics> {
  signal?.throwIfAborted();
  const helpers = others.map((other) => {
    const { port1, port2 } = new MessageChannel();
    const request: HelpRequest = { leader: port2 };
    other.postMessage(request, [port2]);
    return port1;
  });
  const request: StatisticsRequest = { moments, inner, groups, without, options, helpers };
  const transferred = buffersOf(moments) as ArrayBuffer[];
  worker.postMessage(request, [...transferred, ...helpers]);
  // `once` also rejects on the worker's `error` event and on abort.
  const [reply] = (await once(worker, 'message', signal ? { signal } : {})) as [StatisticsReply];
  if ('error' in reply) throw reply.error;
  return reply;
}
