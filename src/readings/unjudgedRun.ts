import type { ReadRun } from './network.js';

/** Why nothing in a run is to be judged, in words; `undefined` where there is no reason not to. */
export function unjudgedRun({ data }: ReadRun): string | undefined {
  if (data?.reader === 'random') return 'the data is random';
  return undefined;
}
