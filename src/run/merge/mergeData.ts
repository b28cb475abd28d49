import type { RunData } from '../schema.js';

const LISTED_SKIPS = 100;

/** The data of all shards together: samples, skips and labels add up, sources are listed once each. */
export function mergeData(parts: readonly RunData[]): RunData {
  const [first] = parts;
  const labels = new Map<string, number>();
  for (const part of parts) {
    for (const [label, count] of Object.entries(part.labels ?? {})) {
      labels.set(label, (labels.get(label) ?? 0) + count);
    }
  }
  const skippedSamples = parts.flatMap((part) => part.skippedSamples ?? []).slice(0, LISTED_SKIPS);
  const listed = (values: readonly string[]): string => [...new Set(values)].join(', ');
  return {
    source: listed(parts.map(({ source }) => source)),
    reader: listed(parts.map(({ reader }) => reader)),
    samples: parts.reduce((sum, { samples }) => sum + samples, 0),
    skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0),
    ...(labels.size > 0 ? { labels: Object.fromEntries(labels) } : {}),
    ...(skippedSamples.length > 0 ? { skippedSamples } : {}),
    ...(first?.preprocessing ? { preprocessing: first.preprocessing } : {}),
  };
}
