import { isFailed, type ReadSample, type SampleStream } from '../sample.js';
import { isWanted, type Selection } from '../selection.js';

/**
 * Several streams of one input, one after the other, as one.
 *
 * @param origin of them all, for messages.
 */
export function concatenated(origin: string, streams: readonly SampleStream[]): SampleStream {
  const [first] = streams;
  return {
    origin,
    shapeless: streams.every(({ shapeless }) => shapeless === true),
    // They are read alike, so that what one is filled up with the others are too.
    ...(first.padding ? { padding: first.padding } : {}),
    labelled: streams.some(({ labelled }) => labelled === true),
    get size() {
      return streams.reduce<number | undefined>(
        (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
        0,
      );
    },
    async *read(selection) {
      if (streams.length === 1) yield* first.read(selection);
      else yield* readAll(streams, selection);
    },
  };
}

async function* readAll(
  streams: readonly SampleStream[],
  selection: Selection,
): AsyncGenerator<readonly ReadSample[]> {
  let offset = 0;
  for (const stream of streams) {
    const { size } = stream;
    if (size !== undefined) {
      const chosen = chosenWithin(selection, offset, size);
      if (chosen.length > 0) yield* beginning(stream.read({ chosen }));
      offset += size;
      continue;
    }
    // How many there are is known once all have been read.
    let index = offset;
    const wanted = async function* () {
      for await (const chunk of stream.read({ block: 1, every: 1 })) {
        yield chunk.filter(() => isWanted(selection, index++));
      }
    };
    for await (const chunk of beginning(wanted())) if (chunk.length > 0) yield chunk;
    offset = index;
  }
}

/** Marks the first of the samples that are wanted of a file. */
async function* beginning(
  chunks: AsyncIterable<readonly ReadSample[]>,
): AsyncGenerator<readonly ReadSample[]> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const [first, ...others] = isFirst ? chunk : [];
    yield first && !isFailed(first) ? [{ ...first, begins: true }, ...others] : chunk;
    isFirst &&= chunk.length === 0;
  }
}

/** The wanted ones of `size` samples from `offset` on, counted from there. */
function chosenWithin(selection: Selection, offset: number, size: number): Uint32Array {
  const chosen = new Uint32Array(size);
  let count = 0;
  for (let i = 0; i < size; i++) if (isWanted(selection, offset + i)) chosen[count++] = i;
  return chosen.slice(0, count);
}
