import type { Feed, FeedOptions, FeedSource } from '../feed.js';

/** A source that gives only some of another's batches, chosen by their number from 0. */
export function onlyBatches(source: FeedSource, isWanted: (batch: number) => boolean): FeedSource {
  const chosen = Object.create(source) as FeedSource;
  return Object.defineProperties(chosen, {
    size: { value: undefined },
    feeds: {
      async *value(options: FeedOptions): AsyncGenerator<Feed> {
        let batch = 0;
        for await (const feed of source.feeds(options)) if (isWanted(batch++)) yield feed;
      },
    },
  });
}
