import type { Feed } from '../../data/feed.js';
import { fixedFeeds } from './fixedBatch.js';

/**
 * The feeds cut to batches of exactly `size` samples, without those that do not fill one: where samples of a batch act
 * on each other, copies that fill it up could not be told from the rest afterwards.
 *
 * @param leaveOut is told how many samples were left out.
 */
export async function* wholeBatches(
  feeds: AsyncIterable<Feed>,
  size: number,
  leaveOut: (samples: number) => void,
): AsyncGenerator<Feed> {
  for await (const feed of feeds) {
    for (const { feed: cut, samples } of fixedFeeds(feed, size)) {
      if (samples < size) leaveOut(samples);
      else yield cut;
    }
  }
}
