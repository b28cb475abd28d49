import type { Resumption, SkippedSample } from '../feed.js';

/** What one pass met on its way. */
export interface ReadingLog {
  /** Samples a class. */
  readonly labels: Map<string, number>;
  /** The first of the samples that were left out. */
  readonly skipped: SkippedSample[];
  /** All of them. */
  skippedCount: number;
}

/** How many of the skipped samples are listed; a long list helps nobody. */
const LISTED = 100;

export const emptyLog = (): ReadingLog => ({ labels: new Map(), skipped: [], skippedCount: 0 });

/** Forgets the pass before. */
export function clearLog(log: ReadingLog): void {
  log.labels.clear();
  log.skipped.length = 0;
  log.skippedCount = 0;
}

/** What was met up to a place that a pass goes on from. */
export function restoreLog(log: ReadingLog, { labels, skipped, skippedSamples }: Resumption): void {
  for (const [label, count] of labels) log.labels.set(label, count);
  log.skipped.push(...skippedSamples);
  log.skippedCount = skipped;
}

export function countLabel({ labels }: ReadingLog, label: string): void {
  labels.set(label, (labels.get(label) ?? 0) + 1);
}

export function listSkipped(log: ReadingLog, { origin, reason }: SkippedSample): void {
  log.skippedCount++;
  if (log.skipped.length < LISTED) log.skipped.push({ origin, reason });
}
