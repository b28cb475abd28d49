import { UserError } from '../../../errors.js';
import type { Table } from './table.js';
import { isMissing } from './tableValues.js';

/**
 * What takes the place of missing numbers, by column: 0, or the mean of the others, which takes a pass over the table.
 *
 * @throws UserError where a column has no number to take the mean of.
 */
export async function fillings(
  table: Table,
  read: readonly number[],
  missing: 'mean' | 'zero',
  label: number | undefined,
): Promise<Float64Array> {
  const fill = new Float64Array(read.length);
  if (missing === 'zero') return fill;
  const counts = new Float64Array(read.length);
  for await (const rows of table.read(read, { block: 1, every: 1 })) {
    for (const row of rows) {
      if ('reason' in row) continue;
      for (const [k, cell] of row.cells.entries()) {
        const isNumber = typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean';
        if (!isNumber || isMissing(cell) || !Number.isFinite(Number(cell))) continue;
        counts[k]++;
        // A running mean, since a sum of large numbers could overflow.
        fill[k] += (Number(cell) - fill[k]) / counts[k];
      }
    }
  }
  const empty = read.findIndex(
    (k, i) => k !== label && table.columns[k].kind === 'number' && counts[i] === 0,
  );
  if (empty >= 0) {
    throw new UserError(
      `column ${table.columns[read[empty]].name} of ${table.origin} holds no number to take the mean of: leave it out with --columns, or use --missing zero`,
    );
  }
  return fill;
}
