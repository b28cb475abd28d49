import type { Feed, TensorData } from '../../data/feed.js';
import { OutOfMemoryError } from '../session/outOfMemory.js';

/** Runs feeds, one after the other. */
export interface Runner {
  /** @throws OutOfMemoryError where memory ran out. */
  add(feed: Feed): Promise<void>;
  /** Feeds that the model has run on so far: what one of them gave may have been taken in already. */
  readonly completed: () => number;
}

/**
 * Runs feeds, and cuts those that memory does not suffice for in half as often as it takes. Every sample is run on
 * exactly once, and in order. Later feeds are cut to the size that went well.
 */
export class StepDown {
  readonly #runner: Runner;
  readonly #onStep: (from: number, to: number) => void;
  #most = Number.POSITIVE_INFINITY;

  /** @param onStep is told in which size of batch memory ran out, and how many samples one holds at most from now on. */
  constructor(runner: Runner, onStep: (from: number, to: number) => void) {
    this.#runner = runner;
    this.#onStep = onStep;
  }

  /** @throws OutOfMemoryError where memory does not suffice for one sample, or samples cannot be told apart. */
  async run(feed: Feed): Promise<void> {
    for (let rest: Feed | undefined = feed; rest; ) {
      const [next, after]: readonly [Feed, Feed | undefined] = cut(rest, this.#most);
      const before = this.#runner.completed();
      try {
        await this.#runner.add(next);
        rest = after;
      } catch (error) {
        const again = error instanceof OutOfMemoryError && this.#runner.completed() === before;
        if (!again || next.samples < 2 || !divides(next)) throw error;
        this.#most = Math.ceil(next.samples / 2);
        this.#onStep(next.samples, this.#most);
      }
    }
  }
}

/** The first samples, as many as may be, and the others. Both share the buffers of the whole. */
function cut(feed: Feed, most: number): readonly [Feed, Feed | undefined] {
  if (feed.samples <= most || !divides(feed)) return [feed, undefined];
  return [piece(feed, 0, most), piece(feed, most, feed.samples)];
}

function piece({ tensors, labels }: Feed, start: number, end: number): Feed {
  const cutTensors = Object.entries(tensors).map(
    ([input, tensor]) => [input, rowsOf(tensor, start, end)] as const,
  );
  return {
    samples: end - start,
    tensors: Object.fromEntries(cutTensors),
    ...(labels ? { labels: labels.slice(start, end) } : {}),
  };
}

/** Whether every input has the samples along its first axis. */
function divides({ tensors, samples }: Feed): boolean {
  return Object.values(tensors).every(({ dims }) => dims[0] === samples);
}

function rowsOf({ type, dims, data }: TensorData, start: number, end: number): TensorData {
  const row = data.length / dims[0];
  return { type, dims: [end - start, ...dims.slice(1)], data: data.subarray(start * row, end * row) };
}
