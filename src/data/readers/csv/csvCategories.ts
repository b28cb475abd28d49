import { askedOneHot, Categories, type OneHotColumn } from '../tables/oneHot.js';
import { type CsvColumns, isMissing } from './csvColumns.js';
import { dataRows } from './csvRows.js';

/** What a cell says as a category; `undefined` where it is missing. */
export const categoryOf = (cell: string): string | undefined => (isMissing(cell) ? undefined : cell.trim());

/**
 * The categories of the columns that `--one-hot` names, which takes a pass over the table unless they are given.
 *
 * @throws UserError where a column holds no categories, or too many.
 */
export async function csvCategories(
  path: string,
  { names, hasHeader }: CsvColumns,
  asked: string | readonly string[],
): Promise<OneHotColumn[]> {
  const columns = askedOneHot(asked, names, path);
  const categories = new Categories(columns, path);
  const unknown = Categories.unknown(columns);
  if (unknown.length === 0) return categories.columns();
  for await (const rows of dataRows(path, hasHeader)) {
    for (const { cells } of rows) {
      for (const each of unknown) {
        const category = categoryOf(cells[each.column] ?? '');
        if (category !== undefined) categories.add(columns.indexOf(each), category);
      }
    }
  }
  return categories.columns();
}
