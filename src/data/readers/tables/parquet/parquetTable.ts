import { messageOf, UserError } from '../../../../errors.js';
import type { FailedSample } from '../../../sample.js';
import { type Selection, wantedRuns } from '../../../selection.js';
import { type ByteReader, fileBytes } from '../../bytes/byteSource.js';
import { openFile } from '../../bytes/openFile.js';
import type { Cell, Row, Table } from '../table.js';
import { CellAssembly } from './assembleCells.js';
import { type Footer, type ParquetColumn, placeOf, type RowGroup, readFooter } from './footer.js';
import { type ColumnDecoder, type Decoders, loadDecoders, pagesOf } from './parquetPages.js';

/** Rows given at a time. */
const MOST_ROWS = 1024;

/**
 * Opens a Parquet file. It is read page by page, those that no wanted row lies in left out where their rows are known.
 *
 * @throws UserError where it is no Parquet file or damaged.
 */
export async function parquetTable(path: string): Promise<Table> {
  const { handle, size } = await openFile(path);
  try {
    const decoders = await loadDecoders();
    const bytes = await fileBytes(handle, path, 0, size).open();
    const footer = await readFooter(bytes, path, size, decoders);
    const file = { path, size, bytes, footer, decoders };
    return {
      origin: path,
      columns: footer.columns,
      size: footer.rows,
      read: (columns, selection) => rowsOf(file, columns, selection),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface ParquetFile {
  readonly path: string;
  readonly size: number;
  readonly bytes: ByteReader;
  readonly footer: Footer;
  readonly decoders: Decoders;
}

async function* rowsOf(
  file: ParquetFile,
  wanted: readonly number[],
  selection: Selection,
): AsyncGenerator<readonly (Row | FailedSample)[]> {
  const { footer } = file;
  const columns = wanted.map((k) => footer.columns[k]);
  let start = 0;
  const runs = wantedRuns(selection, footer.rows);
  let run = runs.next();
  for (const group of footer.groups) {
    const end = start + group.rows;
    const within: [number, number][] = [];
    while (!run.done && run.value[0] < end) {
      within.push([Math.max(run.value[0], start), Math.min(run.value[1], end)]);
      if (run.value[1] > end) break;
      run = runs.next();
    }
    if (within.length > 0) yield* groupRows(file, columns, group, start, within);
    start = end;
  }
}

/** The rows `[start, end)` of a group whose first row is the `first` of the file. */
async function* groupRows(
  file: ParquetFile,
  columns: readonly ParquetColumn[],
  group: RowGroup,
  first: number,
  wanted: readonly [number, number][],
): AsyncGenerator<readonly Row[]> {
  const isWanted = overlaps(wanted);
  const cursors = columns.map((column) => new ColumnCursor(cellsOf(file, column, group, first, isWanted)));
  let at = first;
  const end = first + group.rows;
  while (at < end) {
    let count = Math.min(MOST_ROWS, end - at);
    for (const cursor of cursors) count = Math.min(count, await cursor.available());
    const parts = cursors.map((cursor) => cursor.take(count));
    const rows: Row[] = [];
    for (let i = 0; i < count; i++) {
      if (!isWanted(at + i, at + i + 1)) continue;
      rows.push({ origin: `${file.path}, row ${at + i}`, cells: parts.map((cells) => cells?.[i]) });
    }
    at += count;
    if (rows.length > 0) yield rows;
  }
}

/** Whether any row of `[start, end)` lies in one of the ascending runs. */
function overlaps(runs: readonly [number, number][]): (start: number, end: number) => boolean {
  return (start, end) => {
    let [low, high] = [0, runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (runs[middle][1] <= start) low = middle + 1;
      else high = middle;
    }
    return low < runs.length && runs[low][0] < end;
  };
}

/** Cells of consecutive rows; absent where no row was wanted. */
interface Cells {
  readonly rows: number;
  readonly cells: readonly Cell[] | undefined;
}

async function* cellsOf(
  { path, size, bytes, footer, decoders }: ParquetFile,
  column: ParquetColumn,
  group: RowGroup,
  first: number,
  isWanted: (start: number, end: number) => boolean,
): AsyncGenerator<Cells> {
  let at = first;
  try {
    const { place, about } = placeOf(group, column, size);
    const schemaPath = decoders.getTreePath(footer.schema, [...column.path]);
    const decoder: ColumnDecoder = {
      ...about,
      pathInSchema: [...column.path],
      element: schemaPath[schemaPath.length - 1].element,
      schemaPath,
      parsers: decoders.DEFAULT_PARSERS,
      compressors: decoders.compressors,
      utf8: false,
    };
    const defined = decoders.getMaxDefinitionLevel(schemaPath);
    const assembly = new CellAssembly({ rank: column.rank, defined, type: column.type });
    const skips = (rows: number) => {
      const next = at + assembly.openRows;
      return !isWanted(next, next + rows);
    };
    for await (const page of pagesOf(bytes, place, decoder, decoders, skips)) {
      const cells = 'skippedRows' in page ? assembly.end() : assembly.add(page);
      at += cells.length;
      if (cells.length > 0) yield { rows: cells.length, cells };
      if ('skippedRows' in page) {
        at += page.skippedRows;
        yield { rows: page.skippedRows, cells: undefined };
      }
    }
    const last = assembly.end();
    at += last.length;
    if (last.length > 0) yield { rows: last.length, cells: last };
    if (at !== first + group.rows)
      throw new Error(`it has ${at - first} rows where its row group has ${group.rows}`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path} is damaged in column ${column.name} after row ${at} (${messageOf(error)}): copy or write it again`,
    );
  }
}

/** A place in the cells of a column. */
class ColumnCursor {
  readonly #chunks: AsyncIterator<Cells>;
  #chunk: Cells = { rows: 0, cells: undefined };
  #next = 0;

  constructor(chunks: AsyncIterable<Cells>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async available(): Promise<number> {
    while (this.#next === this.#chunk.rows) {
      const { done, value } = await this.#chunks.next();
      if (done) throw new Error('a column ended before its row group');
      this.#chunk = value;
      this.#next = 0;
    }
    return this.#chunk.rows - this.#next;
  }

  take(count: number): readonly Cell[] | undefined {
    const from = this.#next;
    this.#next += count;
    return this.#chunk.cells?.slice(from, this.#next);
  }
}
