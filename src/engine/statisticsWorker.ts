import { parentPort } from 'node:worker_threads';
import type { Moments } from '../stats/moments.js';
import { computeStatistics, type MomentsWithStatistics, type WantedStatistics } from './computeStatistics.js';

/** One layer's moments to a worker; it answers with `StatisticsReply`. */
export interface StatisticsRequest {
  readonly moments: Moments;
  readonly options: WantedStatistics;
}

/** The statistics, and the moments back, since their buffers were transferred; or why there are none. */
export type StatisticsReply = MomentsWithStatistics | { readonly error: unknown };

parentPort?.on('message', ({ moments, options }: StatisticsRequest) => {
  let reply: StatisticsReply;
  try {
    reply = computeStatistics(moments, options);
  } catch (error) {
    reply = { error };
  }
  const transferred = 'moments' in reply ? [moments.sum.buffer, moments.scatter.buffer] : [];
  parentPort?.postMessage(reply, transferred as ArrayBuffer[]);
});
