import type { FailedSample } from '../../sample.js';
import { type AskedOneHot, Categories, encode, type OneHotColumn } from './oneHot.js';
import { type Cell, isBad, isList, type Row, type Table } from './table.js';
import { isMissing } from './tableValues.js';

/**
 * A table in which columns of categories are columns of lists, each with a 1 at the place of the row's category.
 *
 * @throws UserError where a column holds no categories, or too many.
 */
export async function oneHotTable(
  table: Table,
  asked: readonly AskedOneHot[],
  mayMiss: boolean,
): Promise<{ readonly table: Table; readonly encoded: readonly OneHotColumn[] }> {
  const encoded = await categoriesOf(table, asked);
  const places = new Map(encoded.map(({ column, categories }) => [column, categories]));
  const columns = table.columns.map((column, k) =>
    places.has(k) ? { ...column, kind: 'list' as const, rank: 1 } : column,
  );
  return {
    encoded,
    table: {
      origin: table.origin,
      columns,
      get size() {
        return table.size;
      },
      async *read(wanted, selection) {
        for await (const rows of table.read(wanted, selection)) {
          yield rows.map((row) => ('reason' in row ? row : encodedRow(row, wanted, places, mayMiss)));
        }
      },
      close: () => table.close(),
    },
  };
}

async function categoriesOf(table: Table, asked: readonly AskedOneHot[]): Promise<OneHotColumn[]> {
  const categories = new Categories(asked, table.origin);
  const unknown = Categories.unknown(asked);
  if (unknown.length === 0) return categories.columns();
  const read = unknown.map(({ column }) => column);
  for await (const rows of table.read(read, { block: 1, every: 1 })) {
    for (const row of rows) {
      if ('reason' in row) continue;
      for (const [k, cell] of row.cells.entries()) {
        const category = categoryIn(cell);
        if (category !== undefined) categories.add(asked.indexOf(unknown[k]), category);
      }
    }
  }
  return categories.columns();
}

/** What a cell says as a category; `undefined` where it is missing, or holds something else. */
function categoryIn(cell: Cell): string | undefined {
  if (isMissing(cell) || isBad(cell) || isList(cell) || cell instanceof Uint8Array) return undefined;
  return String(cell).trim();
}

function encodedRow(
  { origin, cells }: Row,
  wanted: readonly number[],
  places: ReadonlyMap<number, readonly string[]>,
  mayMiss: boolean,
): Row | FailedSample {
  const values = cells.map((cell, k): Cell => {
    const categories = places.get(wanted[k]);
    if (!categories) return cell;
    const data = new Float64Array(categories.length);
    const fault = encode(categories, categoryIn(cell), mayMiss, data, 0);
    return fault === undefined ? { type: 'float64', data, dims: [data.length] } : { fault };
  });
  return { origin, cells: values };
}
