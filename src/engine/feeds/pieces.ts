import type { Feed, TensorData } from '../../data/feed.js';
import { factsOf } from './sampleFacts.js';

/** The samples `start` to `end` (excluded) of a feed that divides. The parts share the buffers of the whole. */
export function piece(feed: Feed, start: number, end: number): Feed {
  const { tensors, samples } = feed;
  if (start === 0 && end === samples) return feed;
  const cut = Object.entries(tensors).map(([input, tensor]) => [input, rowsOf(tensor, start, end)] as const);
  return {
    samples: end - start,
    tensors: Object.fromEntries(cut),
    ...factsOf(feed, start, end),
  };
}

/** Whether every input has the samples along its first axis, so that they can be told apart. */
export function divides({ tensors, samples }: Feed): boolean {
  return Object.values(tensors).every(({ dims }) => dims[0] === samples);
}

function rowsOf({ type, dims, data }: TensorData, start: number, end: number): TensorData {
  const row = data.length / dims[0];
  return { type, dims: [end - start, ...dims.slice(1)], data: data.subarray(start * row, end * row) };
}
