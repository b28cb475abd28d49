import type { ReadRun } from './network.js';

/** Why nothing in a run is to be judged, in words; `undefined` where there is no reason not to. */
export function unjudgedRun({ data, initialWeights: initial }: ReadRun): string | undefined {
  if (data?.reader === 'random') return 'the data is random';
  if (initial) {
    return `the network seems not to be trained: the weights of ${initial.layers} of ${initial.of} layers are distributed as an initialisation draws them`;
  }
  return undefined;
}
