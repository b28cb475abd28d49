import type { RunShard } from './schema.js';

/** `3 of 16`, `1-4, 7 of 16`; `all` where a run is of all its data. */
export function shardInWords(shard: RunShard | undefined): string {
  return shard ? `${numberRanges(shard.parts)} of ${shard.count}` : 'all';
}

/** `1-4, 7`. @param numbers ascending. */
export function numberRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}
