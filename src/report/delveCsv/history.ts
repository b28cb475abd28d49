import Papa from 'papaparse';
import { UserError } from '../../errors.js';

/** A table of cells as pandas writes it: the index in front, under no name. */
export interface History {
  readonly columns: readonly string[];
  /** Cells by epoch, one for each column, as they stand in the file. */
  readonly epochs: Map<number, readonly string[]>;
}

/**
 * Reads what Python Delve's `csv` writer, or this tool, wrote.
 *
 * @throws UserError where it is another kind of file.
 */
export function parseHistory(text: string): History {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\ufeff/, ''), {
    delimiter: ';',
    skipEmptyLines: true,
  });
  const [head, ...rows] = data;
  if (head?.[0] !== '' || errors.length > 0) {
    throw notOurs('its first line is no header of columns between semicolons, after an unnamed index');
  }
  const epochs = new Map<number, readonly string[]>();
  rows.forEach(([index, ...cells], row) => {
    const place = `row ${row + 1}`;
    if (!/^\d+$/.test(index)) throw notOurs(`${place} begins with "${index}", which is no epoch`);
    if (cells.length !== head.length - 1) {
      throw notOurs(`${place} has ${cells.length} values and the header ${head.length - 1} names`);
    }
    epochs.set(Number(index), cells);
  });
  return { columns: head.slice(1), epochs };
}

function notOurs(reason: string): UserError {
  return new UserError(
    `the file that is there is no CSV of Python Delve's (${reason}): name another by --output, or move it away`,
  );
}

/** As `DataFrame.to_csv(sep=';')` has it, in the order of the epochs. */
export function formatHistory({ columns, epochs }: History): string {
  const rows = [...epochs].toSorted(([a], [b]) => a - b).map(([epoch, cells]) => [String(epoch), ...cells]);
  return [['', ...columns], ...rows].map((cells) => `${cells.map(quoted).join(';')}\n`).join('');
}

function quoted(cell: string): string {
  return /[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
