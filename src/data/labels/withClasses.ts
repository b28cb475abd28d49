import { UserError } from '../../errors.js';
import type { SampleStream } from '../sample.js';
import { isWanted, type Selection } from '../selection.js';

/**
 * A stream whose samples get their classes from a list in the order of the source; absent: as it is. A sample that the
 * list does not reach has failed.
 */
export function withClasses(
  stream: SampleStream,
  classes: readonly string[] | undefined,
  list?: string,
): SampleStream {
  if (!classes) return stream;
  return {
    origin: stream.origin,
    shapeless: stream.shapeless,
    padding: stream.padding,
    labelled: true,
    anyOrder: stream.anyOrder,
    get size() {
      return stream.size;
    },
    async *read(selection) {
      const next = positions(selection);
      for await (const chunk of stream.read(selection)) {
        yield chunk.map((sample) => {
          const index = next();
          if (!('data' in sample)) return sample;
          const label = classes[index];
          if (label !== undefined) return { ...sample, label };
          const reason = `${list ?? 'the list of labels'} ends before it, after ${classes.length}: give a label for every sample`;
          return { origin: sample.origin, reason };
        });
      }
    },
  };
}

/** The positions of the selected samples, one a call, as they are read. */
function positions(selection: Selection): () => number {
  if ('chosen' in selection) {
    let at = 0;
    return () => selection.chosen[at++];
  }
  let index = -1;
  return () => {
    do index++;
    while (!isWanted(selection, index));
    return index;
  };
}

/** @throws UserError where a list of classes does not go with the samples of a stream, as far as their number is known. */
export function requireAsMany(
  classes: readonly string[],
  { size, origin }: SampleStream,
  list: string,
): void {
  if (size === undefined || size === classes.length) return;
  throw new UserError(
    `${list} holds ${classes.length} labels for the ${size} samples of ${origin}: give one label for each, in their order`,
  );
}
