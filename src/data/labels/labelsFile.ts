import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import type { DenseArray } from '../readers/arrays/denseArray.js';
import { openNpyArray } from '../readers/arrays/npyHeader.js';
import { fileBytes } from '../readers/bytes/byteSource.js';
import { openFile } from '../readers/bytes/openFile.js';
import { columnCalled } from '../readers/csv/columnsAt.js';
import { cellNumber, isHeader } from '../readers/csv/csvColumns.js';
import { csvRows } from '../readers/csv/csvRows.js';

/**
 * The classes of samples, in their order, out of a file beside them: `.npy` (one whole number a sample), `.csv` or
 * `.tsv` (a column), any other as text with one a line.
 *
 * @param column of a table, by name or number from 1; absent: its only one.
 * @throws UserError where the file cannot be read or holds no list of classes.
 */
export async function labelsFrom(path: string, column: string | number | undefined): Promise<string[]> {
  const extension = extname(path).toLowerCase();
  if (extension === '.npy') return npyLabels(path);
  if (extension === '.csv' || extension === '.tsv') return tableLabels(path, column);
  return linesOf(path, 'labels');
}

/** The classes in an array of whole numbers: shape [N] or [N, 1]. @throws UserError for any other. */
export async function arrayLabels(array: DenseArray): Promise<string[]> {
  const { origin, dims } = array;
  if (dims.some((size) => size !== 1)) {
    throw new UserError(
      `${origin} holds ${dims.join('×')} numbers a sample, which are no labels: save one class a sample, of shape (N,)`,
    );
  }
  const labels: string[] = [];
  for await (const chunk of array.read({ block: 1, every: 1 })) {
    for (const sample of chunk) {
      const value = 'data' in sample ? sample.data[0] : Number.NaN;
      if (typeof value === 'number' && !Number.isInteger(value)) {
        throw new UserError(
          `${origin}, sample ${labels.length} is ${value}, which is no class: save whole numbers`,
        );
      }
      labels.push(String(value));
    }
  }
  return labels;
}

/** The lines of a text file, blank ones at its end left out. @throws UserError where there is none. */
export async function linesOf(path: string, what: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`${path} cannot be read (${messageOf(error)}): pass a file of ${what}`);
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  const blank = lines.findIndex((line) => line.trim() === '');
  if (lines.length === 0) throw new UserError(`${path} is empty: write one of the ${what} a line`);
  if (text.includes('\0')) throw new UserError(`${path} is no text: write one of the ${what} a line`);
  if (blank >= 0) throw new UserError(`${path}, line ${blank + 1} is blank: write one of the ${what} a line`);
  return lines.map((line) => line.trim());
}

async function npyLabels(path: string): Promise<string[]> {
  const { handle, size } = await openFile(path);
  try {
    return await arrayLabels(await openNpyArray(fileBytes(handle, path, 0, size)));
  } finally {
    await handle.close();
  }
}

async function tableLabels(path: string, column: string | number | undefined): Promise<string[]> {
  const labels: string[] = [];
  let position: number | undefined;
  for await (const rows of csvRows(path)) {
    for (const [i, { line, cells }] of rows.entries()) {
      if (position === undefined) {
        const hasHeader = looksLikeHeader(cells, rows[i + 1]?.cells, column);
        const names = hasHeader ? cells.map((cell) => cell.trim()) : cells.map((_, k) => String(k + 1));
        if (column === undefined && cells.length > 1) {
          throw new UserError(
            `${path} has ${cells.length} columns: say with --label-column which of them holds the class`,
          );
        }
        position = column === undefined ? 0 : columnCalled(String(column), names, path);
        if (hasHeader) continue;
      }
      const label = cells[position]?.trim() ?? '';
      if (label === '') throw new UserError(`${path}, line ${line} holds no class: write one in every row`);
      labels.push(label);
    }
  }
  if (labels.length === 0) throw new UserError(`${path} holds no labels: write one a row`);
  return labels;
}

/**
 * A column that is asked for by its name stands in a header; else a word above a number tells one. A number of a column is
 * no name: the first row may hold it as a class.
 */
function looksLikeHeader(
  first: readonly string[],
  second: readonly string[] | undefined,
  column: string | number | undefined,
): boolean {
  const wanted = String(column).trim();
  const isPosition = /^\d+$/.test(wanted) && Number(wanted) >= 1 && Number(wanted) <= first.length;
  if (column !== undefined && !isPosition && first.some((cell) => cell.trim() === wanted)) return true;
  if (first.length === 1)
    return (
      /^(?:label|labels|class|classes|target|y)$/i.test(first[0].trim()) || wordAboveNumber(first, second)
    );
  return isHeader(first, second);
}

const wordAboveNumber = (first: readonly string[], second: readonly string[] | undefined): boolean =>
  cellNumber(first[0]) === undefined && cellNumber(second?.[0] ?? '') !== undefined;
