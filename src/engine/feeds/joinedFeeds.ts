import { BufferPool } from '../../data/bufferPool.js';
import type { Feed, TensorData } from '../../data/feed.js';
import { joinedFacts } from './sampleFacts.js';
import { arrayOver } from './transferable.js';

/**
 * Joins consecutive feeds into larger ones.
 *
 * @param wanted samples that the next feed should hold; asked again for every feed. It holds as many whole feeds as
 *   fit, and one at least. Feeds whose samples differ in shape, or do not lie along the first axis, stay apart.
 * @param memory gives that of the larger ones, and takes that of what was joined.
 */
export async function* joinedFeeds(
  feeds: AsyncIterable<Feed>,
  wanted: () => number,
  memory: BufferPool = new BufferPool(),
): AsyncGenerator<Feed> {
  let waiting: Feed[] = [];
  let samples = 0;
  let most = 0;
  for await (const feed of feeds) {
    if (waiting.length > 0 && (samples + feed.samples > most || !fits(waiting[0], feed))) {
      yield join(waiting, samples, memory);
      waiting = [];
      samples = 0;
    }
    if (waiting.length === 0) most = wanted();
    waiting.push(feed);
    samples += feed.samples;
  }
  if (waiting.length > 0) yield join(waiting, samples, memory);
}

function fits(first: Feed, other: Feed): boolean {
  return Object.entries(first.tensors).every(([input, { dims }]) => {
    const others = other.tensors[input].dims;
    return (
      dims[0] === first.samples &&
      others[0] === other.samples &&
      dims.length === others.length &&
      dims.every((length, axis) => axis === 0 || length === others[axis])
    );
  });
}

function join(feeds: readonly Feed[], samples: number, memory: BufferPool): Feed {
  const [first] = feeds;
  if (feeds.length === 1) return first;
  const tensors = Object.keys(first.tensors).map(
    (input) =>
      [
        input,
        joinTensors(
          feeds.map((feed) => feed.tensors[input]),
          samples,
          memory,
        ),
      ] as const,
  );
  return {
    samples,
    tensors: Object.fromEntries(tensors),
    ...joinedFacts(feeds),
  };
}

function joinTensors(parts: readonly TensorData[], samples: number, memory: BufferPool): TensorData {
  const [{ type, dims, data }] = parts;
  const bytes = new Uint8Array(memory.take(parts.reduce((total, part) => total + part.data.byteLength, 0)));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.data.buffer, part.data.byteOffset, part.data.byteLength), at);
    at += part.data.byteLength;
    const { buffer } = part.data;
    if (buffer instanceof ArrayBuffer) memory.give(buffer);
  }
  return { type, dims: [samples, ...dims.slice(1)], data: arrayOver(data, bytes.buffer) };
}
