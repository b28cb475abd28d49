import { type FileHandle, open } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { messageOf, UserError } from '../../../errors.js';

/** A row of cells and the line that it begins in, from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFormat {
  readonly delimiter: string;
  readonly newline: '\r\n' | '\r' | '\n';
}

const CHUNK_BYTES = 2 ** 20;
/** What papaparse looks at to tell delimiter and line ending. */
const HEAD_CHARACTERS = 64 * 2 ** 10;
/** Characters. A longer row is a quote that was never closed, or no row at all. */
const LONGEST_ROW = 16 * 2 ** 20;

/**
 * The rows of a CSV file, blank lines left out, a chunk of about 1 MiB at a time.
 *
 * papaparse's own streaming needs pausing from within its callbacks to keep memory bounded; its parser is
 * driven directly instead, with the unfinished last row carried over to the next chunk.
 *
 * @param format where it is known; otherwise it is told from the first rows.
 * @throws UserError where the file cannot be read, is no text, a quoted cell is not closed, or a line is longer than
 *   any row.
 */
export async function* csvRows(path: string, format?: CsvFormat): AsyncGenerator<readonly CsvRow[]> {
  const { default: Papa } = await import('papaparse');
  let parser: InstanceType<typeof Papa.Parser> | undefined;
  let rest = '';
  let line = 1;
  for await (const { text, last } of textChunks(path)) {
    const input = rest + text;
    if (!last && !/[\r\n]/.test(text)) {
      // A row has not ended yet. Its cells would take many times its memory, again with every chunk.
      if (input.length > LONGEST_ROW) throw endless(path, line, input);
      rest = input;
      continue;
    }
    if (!parser) {
      const { delimiter, linebreak } = Papa.parse(input.slice(0, HEAD_CHARACTERS), {
        preview: 20,
        skipEmptyLines: 'greedy',
      }).meta;
      parser = new Papa.Parser(format ?? { delimiter, newline: lineEnding(linebreak) });
    }
    const parsed: ParsedChunk = parser.parse(input, 0, !last);
    const [error] = parsed.errors;
    if (error) {
      throw new UserError(
        `${path}, line ${lineOf(parsed.data, error.row ?? 0, line)}: ${error.message}: fix the quotes`,
      );
    }
    const rows: CsvRow[] = [];
    for (const cells of parsed.data) {
      if (cells.length > 1 || cells[0]?.trim()) rows.push({ line, cells });
      line += linesIn(cells);
    }
    rest = input.slice(parsed.meta.cursor);
    if (rest.length > LONGEST_ROW) throw endless(path, line, rest);
    if (rows.length > 0) yield rows;
  }
}

function endless(path: string, line: number, row: string): UserError {
  return new UserError(
    row.includes('"')
      ? `${path}, line ${line}: a quoted cell is never closed: fix the quotes`
      : `${path}, line ${line} goes on for more than ${LONGEST_ROW / 2 ** 20} MiB: a table has one sample a line, so look whether this is one, or save it as .npy`,
  );
}

const lineEnding = (found: string): CsvFormat['newline'] =>
  found === '\r\n' || found === '\r' ? found : '\n';

/** What papaparse's parser gives back; its own types leave it open. */
interface ParsedChunk {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly message: string; readonly row?: number }[];
  /** Where the first row that is not in `data` begins. */
  readonly meta: { readonly cursor: number };
}

function lineOf(rows: readonly (readonly string[])[], row: number, first: number): number {
  return rows.slice(0, row).reduce((line, cells) => line + linesIn(cells), first);
}

/** A quoted cell may hold line breaks. */
function linesIn(cells: readonly string[]): number {
  let lines = 1;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) lines++;
  }
  return lines;
}

async function* textChunks(path: string): AsyncGenerator<{ text: string; last: boolean }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const buffer = Buffer.alloc(CHUNK_BYTES);
    let decoder: TextDecoder | undefined;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      const bytes = buffer.subarray(0, bytesRead);
      // The decoder drops the byte order mark. Excel's "Unicode text" is UTF-16.
      decoder ??= new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8');
      yield { text: decoder.decode(bytes, { stream: bytesRead > 0 }), last: bytesRead === 0 };
      if (bytesRead === 0) return;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read (${messageOf(error)}): check its permissions`);
  } finally {
    await handle?.close();
  }
}

/** The rows of data, without the header, in chunks. */
export async function* dataRows(path: string, hasHeader: boolean): AsyncGenerator<readonly CsvRow[]> {
  let isFirst = hasHeader;
  for await (const rows of csvRows(path)) {
    yield isFirst ? rows.slice(1) : rows;
    if (rows.length > 0) isFirst = false;
  }
}
