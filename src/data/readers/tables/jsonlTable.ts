import { messageOf, UserError } from '../../../errors.js';
import { isRecord } from '../../../shape/jsonShape.js';
import type { FailedSample } from '../../sample.js';
import { goesOn, isWanted, type Selection } from '../../selection.js';
import { type TextLine, textLines } from '../bytes/textLines.js';
import { type Cell, isList, type Row, type Table, type TableColumn } from './table.js';
import { flattened } from './tableValues.js';

/** The name of the only column where lines are lists and not records. */
const LIST = 'list';
/** Lines that tell the columns: the first may lack a value. */
const LOOKED_AT = 100;

/**
 * Opens a file of JSON Lines (https://jsonlines.org), gzipped or not. The columns are the keys of its first lines.
 *
 * @throws UserError where it cannot be read or holds no line.
 */
export async function jsonlTable(path: string): Promise<Table> {
  const columns = await columnsOf(path);
  let size: number | undefined;
  return {
    origin: path,
    columns,
    get size() {
      return size;
    },
    async *read(wanted, selection) {
      const names = wanted.map((k) => columns[k].name);
      for await (const rows of rowsOf(path, names, selection, (count) => {
        size = count;
      }))
        yield rows;
    },
    async close() {},
  };
}

async function* rowsOf(
  path: string,
  names: readonly string[],
  selection: Selection,
  atEnd: (count: number) => void,
): AsyncGenerator<readonly (Row | FailedSample)[]> {
  let index = 0;
  for await (const lines of textLines(path)) {
    const rows: (Row | FailedSample)[] = [];
    for (const line of lines) if (isWanted(selection, index++)) rows.push(rowOf(line, names, path));
    if (rows.length > 0) yield rows;
    if (!goesOn(selection, index)) return;
  }
  atEnd(index);
}

async function columnsOf(path: string): Promise<TableColumn[]> {
  const found = new Map<string, TableColumn>();
  let looked = 0;
  for await (const lines of textLines(path)) {
    for (const line of lines) {
      const record = recordOf(line);
      for (const name of typeof record === 'string' ? [] : Object.keys(record)) {
        const column = columnOf(name, typeof record === 'string' ? undefined : cellOf(record[name]));
        if (column && !found.has(name)) found.set(name, column);
      }
      looked++;
      if (looked === LOOKED_AT) return [...found.values()];
    }
  }
  if (looked === 0) throw new UserError(`${path} is empty: write one sample per line`);
  return [...found.values()];
}

function columnOf(name: string, cell: Cell): TableColumn | undefined {
  if (cell === undefined) return undefined;
  if (isList(cell)) return { name, kind: 'list', rank: cell.dims.length };
  if (typeof cell === 'string') return { name, kind: 'text', rank: 0 };
  return { name, kind: typeof cell === 'object' ? 'other' : 'number', rank: 0 };
}

function rowOf(line: TextLine, names: readonly string[], path: string): Row | FailedSample {
  const origin = `${path}, line ${line.line}`;
  const record = recordOf(line);
  if (typeof record === 'string') return { origin, reason: record };
  const cells = names.map((name) => (Object.hasOwn(record, name) ? cellOf(record[name]) : undefined));
  return { origin, cells };
}

/** What a line holds, or what is wrong with it. */
function recordOf({ text }: TextLine): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
    if (Array.isArray(value)) return { [LIST]: value };
    return 'it is neither a record nor a list: write {"x": [1, 2]} or [1, 2]';
  } catch (error) {
    return `it is not JSON (${messageOf(error)}): fix the line`;
  }
}

function cellOf(value: unknown): Cell {
  if (value === null) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  return Array.isArray(value) ? flattened(value) : { fault: 'holds a record' };
}
