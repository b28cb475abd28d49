import type { LayerRow } from './layerRows.js';
import { markdownRow } from './markdownText.js';

/**
 * As many rows as fit into `room` bytes, the most interesting ones, in the order in which they were given.
 */
export function fitRows(rows: readonly LayerRow[], room: number): LayerRow[] {
  const kept = new Set<LayerRow>();
  let used = 0;
  for (const row of byInterest(rows)) {
    used += Buffer.byteLength(markdownRow(row.cells)) + 1;
    if (used > room) break;
    kept.add(row);
  }
  return rows.filter((row) => kept.has(row));
}

/** The worst first; those that are as bad, in their order. */
export function byInterest(rows: readonly LayerRow[]): LayerRow[] {
  return rows.toSorted((a, b) => a.rank - b.rank);
}
