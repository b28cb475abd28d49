import type { Feed, Position } from '../../data/feed.js';

/** What a feed tells of its samples one by one, beside their values. */
export type SampleFacts = Pick<Feed, 'labels' | 'origins' | 'begins'>;

/** The facts about the samples `start` to `end` (excluded). */
export function factsOf({ labels, origins, begins }: Feed, start: number, end: number): SampleFacts {
  return {
    ...(labels ? { labels: labels.slice(start, end) } : {}),
    ...(origins ? { origins: origins.slice(start, end) } : {}),
    ...(begins ? { begins: begins.slice(start, end) } : {}),
  };
}

/** The facts about the samples of consecutive feeds. */
export function joinedFacts(feeds: readonly Feed[]): SampleFacts & { readonly end?: Position } {
  const isLabelled = feeds.some(({ labels }) => labels !== undefined);
  const end = feeds.at(-1)?.end;
  return {
    ...(isLabelled
      ? { labels: feeds.flatMap((feed) => feed.labels ?? new Array<undefined>(feed.samples).fill(undefined)) }
      : {}),
    ...(feeds.every(({ origins }) => origins !== undefined)
      ? { origins: feeds.flatMap(({ origins = [] }) => origins) }
      : {}),
    ...(feeds.some(({ begins }) => begins !== undefined)
      ? { begins: feeds.flatMap((feed) => feed.begins ?? new Array<boolean>(feed.samples).fill(false)) }
      : {}),
    ...(end ? { end } : {}),
  };
}
