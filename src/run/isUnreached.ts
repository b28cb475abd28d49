import type { RunLayer } from './schema.js';

/** Whether a layer stands in a body that the data never went into: nothing is wrong with it, and nothing is known of it. */
export const isUnreached = ({ inside, observations }: RunLayer): boolean =>
  inside !== undefined && observations === 0;
