import type { RunData, RunLabels, RunShard } from '../schema.js';

const LISTED_SKIPS = 100;

/**
 * The data of all shards together: samples, skips and labels add up, sources are listed once each.
 *
 * @param shard which shards of one data set they are, where some are missing.
 */
export function mergeData(parts: readonly RunData[], shard?: RunShard): RunData {
  const [first] = parts;
  const labels = parts.flatMap((part) => part.labels ?? []);
  const skippedSamples = parts.flatMap((part) => part.skippedSamples ?? []).slice(0, LISTED_SKIPS);
  const listed = (values: readonly string[]): string => [...new Set(values)].join(', ');
  return {
    source: listed(parts.map(({ source }) => source)),
    reader: listed(parts.map(({ reader }) => reader)),
    samples: parts.reduce((sum, { samples }) => sum + samples, 0),
    skipped: parts.reduce((sum, { skipped }) => sum + skipped, 0),
    // Shards of one data set have been dealt out from the same samples.
    ...(first?.shard && first.available !== undefined ? { available: first.available } : {}),
    ...(labels.length > 0 ? { labels: mergeLabels(labels) } : {}),
    ...(skippedSamples.length > 0 ? { skippedSamples } : {}),
    ...(first?.preprocessing ? { preprocessing: first.preprocessing } : {}),
    ...(shard ? { shard } : {}),
  };
}

/** Shares are those of all labelled samples, where every shard has them. */
function mergeLabels(parts: readonly RunLabels[]): RunLabels {
  const counts = new Map<string, number>();
  for (const part of parts) {
    for (const [label, count] of Object.entries(part.counts))
      counts.set(label, (counts.get(label) ?? 0) + count);
  }
  const samples = parts.reduce((sum, part) => sum + part.samples, 0);
  const share = (key: 'top1' | 'top5'): Partial<RunLabels> =>
    samples > 0 && parts.every((part) => part[key] !== undefined)
      ? { [key]: parts.reduce((sum, part) => sum + (part[key] ?? 0) * part.samples, 0) / samples }
      : {};
  const measured = share('top1');
  const classes = measured.top1 === undefined ? counts.size : Math.max(...parts.map((part) => part.classes));
  return { classes, samples, ...measured, ...share('top5'), counts: Object.fromEntries(counts) };
}
