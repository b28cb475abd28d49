import { UserError } from '../../errors.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import type { ReadSample, SampleStream } from '../sample.js';
import type { Selection } from '../selection.js';

/** A model's input and the stream that feeds it. */
export interface InputStream {
  readonly input: ModelInput;
  readonly stream: SampleStream;
}

/** Consecutive samples of several streams: `columns[k][i]` is the i-th of stream k. */
export interface Rows {
  readonly count: number;
  readonly columns: readonly (readonly ReadSample[])[];
}

/**
 * Reads several streams side by side.
 *
 * @throws UserError where they hold different numbers of samples.
 */
export async function* lockstep(streams: readonly InputStream[], selection: Selection): AsyncGenerator<Rows> {
  requireEqualSizes(streams);
  const cursors = streams.map(({ stream }) => new Cursor(stream.read(selection)));
  try {
    for (;;) {
      const ended: boolean[] = [];
      for (const cursor of cursors) ended.push(!(await cursor.fill()));
      if (ended.some(Boolean)) {
        // A stream that does not know its size learns it at its end.
        for (const [k, { stream }] of streams.entries())
          if (stream.size === undefined) await cursors[k].drain();
        requireEqualSizes(streams);
        return;
      }
      const count = Math.min(...cursors.map(({ available }) => available));
      yield { count, columns: cursors.map((cursor) => cursor.take(count)) };
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

function requireEqualSizes(streams: readonly InputStream[]): void {
  const [first, ...others] = streams.filter(({ stream }) => stream.size !== undefined);
  for (const other of others) {
    if (other.stream.size === first.stream.size) continue;
    const [a, b] = [first, other].map(
      ({ input, stream }) => `${stream.size} for input ${input.name} (${stream.origin})`,
    );
    throw new UserError(`the inputs have different numbers of samples: ${a}, ${b}: feed as many to each`);
  }
}

/** A place in a stream of chunks. */
class Cursor {
  readonly #chunks: AsyncIterator<readonly ReadSample[]>;
  #chunk: readonly ReadSample[] = [];
  #next = 0;

  constructor(chunks: AsyncIterable<readonly ReadSample[]>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  get available(): number {
    return this.#chunk.length - this.#next;
  }

  /** Makes sure that a sample is available; `false` at the end. */
  async fill(): Promise<boolean> {
    while (this.available === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#chunk = value;
      this.#next = 0;
    }
    return true;
  }

  take(count: number): readonly ReadSample[] {
    const taken = this.#chunk.slice(this.#next, this.#next + count);
    this.#next += count;
    return taken;
  }

  async drain(): Promise<void> {
    while (await this.fill()) this.take(this.available);
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
