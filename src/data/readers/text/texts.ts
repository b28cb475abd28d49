import { UserError } from '../../../errors.js';
import { namesListed } from '../../../text/numbers.js';
import type { CsvOptions } from '../../options.js';
import type { FailedSample } from '../../sample.js';
import { goesOn, isWanted, type Selection } from '../../selection.js';
import { textLines } from '../bytes/textLines.js';
import { columnCalled } from '../csv/columnsAt.js';
import { csvRows } from '../csv/csvRows.js';
import { jsonlTable } from '../tables/jsonlTable.js';
import { parquetTable } from '../tables/parquet/parquetTable.js';
import type { Table } from '../tables/table.js';

/** One text, before it is made tokens of. */
export interface Text {
  readonly text: string;
  readonly label?: string;
  /** Where it comes from, for messages. */
  readonly origin: string;
}

/** A file of texts, opened. */
export interface Texts {
  readonly size: number | undefined;
  readonly labelled: boolean;
  /** The column of a table that the texts are taken from, and that of the labels. */
  readonly columns?: { readonly text: string; readonly label?: string };
  read(selection: Selection): AsyncIterable<readonly (Text | FailedSample)[]>;
  close(): Promise<void>;
}

/** What a column of texts is called where nothing is said. */
const USUAL = ['text', 'sentence', 'content', 'document', 'review', 'prompt'];

/** Files of texts, by their extensions. */
export const textFiles = /\.(txt|csv|tsv|(jsonl|ndjson)(\.gz)?|parquet)$/i;

/** What is asked for. */
export interface WantedTexts extends Pick<CsvOptions, 'labelColumn'> {
  readonly textColumn?: string;
}

/**
 * Opens a file of texts: a line each, or a row of a table each.
 *
 * @throws UserError where it cannot be read, or no column of texts is there.
 */
export async function openTexts(path: string, wanted: WantedTexts): Promise<Texts> {
  if (/\.txt$/i.test(path)) return lines(path, wanted);
  if (/\.[ct]sv$/i.test(path)) return csvTexts(path, wanted);
  return tableTexts(
    /\.parquet$/i.test(path) ? await parquetTable(path) : await jsonlTable(path),
    path,
    wanted,
  );
}

function lines(path: string, { textColumn, labelColumn }: WantedTexts): Texts {
  if (textColumn !== undefined || labelColumn !== undefined) {
    throw new UserError(
      `${path} is read as a text a line, without columns: leave out ${textColumn === undefined ? '--label-column' : '--text-column'}`,
    );
  }
  let size: number | undefined;
  return {
    labelled: false,
    get size() {
      return size;
    },
    async *read(selection) {
      let index = 0;
      for await (const chunk of textLines(path)) {
        const texts: Text[] = [];
        for (const { line, text } of chunk) {
          if (isWanted(selection, index++)) texts.push({ text, origin: `${path}, line ${line}` });
        }
        if (texts.length > 0) yield texts;
        if (!goesOn(selection, index)) return;
      }
      size = index;
    },
    async close() {},
  };
}

async function csvTexts(path: string, { textColumn, labelColumn }: WantedTexts): Promise<Texts> {
  let header: readonly string[] | undefined;
  for await (const [first] of csvRows(path)) {
    header = first?.cells.map((name) => name.trim());
    break;
  }
  if (!header) throw new UserError(`${path} is empty: a table of texts needs a header and rows`);
  const names = header;
  const text = textColumn === undefined ? usual(names, names, path) : columnCalled(textColumn, names, path);
  const label = labelColumn === undefined ? undefined : columnCalled(String(labelColumn), names, path);
  let size: number | undefined;
  return {
    labelled: label !== undefined,
    columns: { text: names[text], ...(label === undefined ? {} : { label: names[label] }) },
    get size() {
      return size;
    },
    async *read(selection) {
      // The first row is the header.
      let index = -1;
      for await (const rows of csvRows(path)) {
        const texts: (Text | FailedSample)[] = [];
        for (const { line, cells } of rows) {
          if (index >= 0 && isWanted(selection, index)) {
            const origin = `${path}, line ${line}`;
            const told = label === undefined ? {} : { label: (cells[label] ?? '').trim() };
            texts.push(
              cells.length < names.length
                ? {
                    origin,
                    reason: `it has ${cells.length} cells where the header has ${names.length}: fix the row`,
                  }
                : { origin, text: cells[text], ...told },
            );
          }
          index++;
        }
        if (texts.length > 0) yield texts;
      }
      size = Math.max(0, index);
    },
    async close() {},
  };
}

async function tableTexts(
  table: Table,
  path: string,
  { textColumn, labelColumn }: WantedTexts,
): Promise<Texts> {
  const names = table.columns.map(({ name }) => name);
  const ofText = table.columns.flatMap(({ name, kind }) => (kind === 'text' ? [name] : []));
  const text = textColumn === undefined ? usual(ofText, names, path) : columnCalled(textColumn, names, path);
  if (table.columns[text].kind !== 'text') {
    throw new UserError(
      `column ${names[text]} of ${path} holds no texts (those that do: ${namesListed(ofText)}): choose one with --text-column`,
    );
  }
  const usualLabel = names.indexOf('label');
  const label =
    labelColumn !== undefined
      ? columnCalled(String(labelColumn), names, path)
      : usualLabel >= 0 && usualLabel !== text
        ? usualLabel
        : undefined;
  const read = label === undefined ? [text] : [text, label];
  return {
    labelled: label !== undefined,
    columns: { text: names[text], ...(label === undefined ? {} : { label: names[label] }) },
    get size() {
      return table.size;
    },
    async *read(selection) {
      for await (const rows of table.read(read, selection)) {
        yield rows.map((row): Text | FailedSample => {
          if ('reason' in row) return row;
          const { origin } = row;
          const [cell, told] = row.cells;
          if (typeof cell !== 'string') {
            return {
              origin,
              reason: `its column ${names[text]} holds no text: fix it, or leave the row out`,
            };
          }
          const hasLabel = typeof told === 'string' || typeof told === 'number' || typeof told === 'bigint';
          return { text: cell, origin, ...(hasLabel ? { label: String(told) } : {}) };
        });
      }
    },
    close: () => table.close(),
  };
}

/** The column of texts where none is named: the only one, or the first that is called as such columns are. */
function usual(candidates: readonly string[], names: readonly string[], path: string): number {
  const [only] = candidates;
  const found = candidates.length === 1 ? only : USUAL.find((name) => candidates.includes(name));
  if (found !== undefined) return names.indexOf(found);
  throw new UserError(
    `which column of ${path} holds the texts (${namesListed(names, 20)})? Name it with --text-column`,
  );
}
