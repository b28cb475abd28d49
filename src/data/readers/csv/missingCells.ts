import { UserError } from '../../../errors.js';
import { type CsvColumns, cellNumber } from './csvColumns.js';
import { dataRows } from './csvRows.js';

/**
 * What takes the place of missing cells, by column: 0, or the mean of the column's other cells, which takes a
 * pass over the table.
 *
 * @throws UserError where a column has no number to take the mean of.
 */
export async function fillings(
  path: string,
  { features, names, hasHeader }: CsvColumns,
  missing: 'mean' | 'zero',
): Promise<ReadonlyMap<number, number>> {
  const fill = new Float64Array(features.length);
  const byColumn = () => new Map(features.map((column, k) => [column, fill[k]]));
  if (missing === 'zero') return byColumn();
  const counts = new Float64Array(features.length);
  for await (const rows of dataRows(path, hasHeader)) {
    for (const { cells } of rows) {
      for (const [k, column] of features.entries()) {
        const number = cellNumber(cells[column] ?? '');
        if (number === undefined) continue;
        counts[k]++;
        // A running mean, since a sum of large numbers could overflow.
        fill[k] += (number - fill[k]) / counts[k];
      }
    }
  }
  const empty = counts.indexOf(0);
  if (empty >= 0) {
    throw new UserError(
      `column ${names[features[empty]]} of ${path} holds no number to take the mean of: leave it out with --columns, or use --missing zero`,
    );
  }
  return byColumn();
}
