import type { SampleStream } from '../../sample.js';
import { isWanted } from '../../selection.js';

/** A stream whose samples get their classes from a list in the order of the source; absent: as it is. */
export function withClasses(stream: SampleStream, classes: readonly string[] | undefined): SampleStream {
  if (!classes) return stream;
  return {
    origin: stream.origin,
    shapeless: stream.shapeless,
    get size() {
      return stream.size;
    },
    async *read(selection) {
      let index = -1;
      for await (const chunk of stream.read(selection)) {
        yield chunk.map((sample) => {
          do index++;
          while (!isWanted(selection, index));
          return 'data' in sample ? { ...sample, label: classes[index] } : sample;
        });
      }
    },
  };
}
