import { type MessagePort, parentPort } from 'node:worker_threads';
import { buffersOf, type KeptMoments } from '../../stats/packedMoments.js';
import { type SharedReduction, takePart } from '../../stats/reduction/kernelTeam.js';
import { withHelpers } from '../../stats/reduction/tridiagonalKernel.js';
import type { SpectraWithout } from '../../stats/uncertainty.js';
import { computeStatistics, type MomentsWithStatistics, type WantedStatistics } from './computeStatistics.js';

/** One layer's moments to a worker; it answers with `StatisticsReply`. */
export interface StatisticsRequest {
  readonly moments: KeptMoments;
  /** See `layerStatistics`. */
  readonly inner?: Float64Array;
  /** See `computeStatistics`. */
  readonly groups?: number;
  readonly without?: SpectraWithout;
  readonly options: WantedStatistics;
  /** Ports of workers that take part in the work; they are closed when it is done. */
  readonly helpers: readonly MessagePort[];
}

/** Take part in what comes from the leader, until the port closes. Nothing is answered. */
export interface HelpRequest {
  readonly leader: MessagePort;
}

/** The statistics, and the moments back, since their buffers were transferred; or why there are none. */
export type StatisticsReply = MomentsWithStatistics | { readonly error: unknown };

parentPort?.on('message', (request: StatisticsRequest | HelpRequest) => {
  if ('leader' in request) request.leader.on('message', (reduction: SharedReduction) => takePart(reduction));
  else answer(request);
});

function answer({ moments, inner, groups, without, options, helpers }: StatisticsRequest): void {
  let reply: StatisticsReply;
  try {
    const others = helpers.map((port) => (reduction: SharedReduction) => port.postMessage(reduction));
    reply = withHelpers(others, () => computeStatistics(moments, options, inner, groups, without));
  } catch (error) {
    reply = { error };
  }
  for (const port of helpers) port.close();
  const transferred = 'moments' in reply ? buffersOf(moments) : [];
  parentPort?.postMessage(reply, transferred as ArrayBuffer[]);
}
