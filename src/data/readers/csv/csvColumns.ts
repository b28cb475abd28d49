import { UserError } from '../../../errors.js';
import { namesListed } from '../../../text/numbers.js';
import type { CsvOptions } from '../../options.js';

/** Which columns of a table are used, by position from 0. */
export interface CsvColumns {
  readonly features: readonly number[];
  readonly label: number | undefined;
  /** Names from the header; numbers from 1 where there is none. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
}

/** The number in a cell, `undefined` where there is none: blank cells, words, NaN and Inf are no numbers. */
export function cellNumber(cell: string): number | undefined {
  const number = Number(cell);
  if (number === 0 && cell.trim() === '') return undefined;
  return Number.isFinite(number) ? number : undefined;
}

/** What stands in a cell without a value: pandas' default list. */
const MISSING = new Set([
  ...['', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>'],
  ...['N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null'],
]);

export const isMissing = (cell: string): boolean => MISSING.has(cell.trim());

/** `1,5`; also what is left of `1,5;2,5` where the comma was taken for what stands between cells: `5;2`. */
const decimalComma = (cell: string): boolean =>
  /^\s*[-+]?(?:\d+,\d+|\d+;[-+]?\d+)(?:e[-+]?\d+)?\s*$/i.test(cell);

/**
 * Whether the first row is a header: it holds no number at all, or a word above a number of the second row.
 * A word above a word tells nothing: tables without a header may end in a column of class names.
 */
export function isHeader(first: readonly string[], second: readonly string[] | undefined): boolean {
  const isWord = first.map((cell) => cellNumber(cell) === undefined);
  if (isWord.every(Boolean)) return true;
  return isWord.some((word, i) => word && cellNumber(second?.[i] ?? '') !== undefined);
}

/**
 * Decides on the columns. Without `--columns` those are the features that hold a number in the first row of
 * data, except the label's.
 *
 * @param first the first row of data, after the header.
 * @throws UserError for a column that does not exist, or where no column is left.
 */
export function chooseColumns(
  path: string,
  header: readonly string[] | undefined,
  first: readonly string[],
  { columns, labelColumn, missing }: CsvOptions,
): CsvColumns {
  const names = header ? header.map((name) => name.trim()) : first.map((_, i) => String(i + 1));
  const label = labelColumn === undefined ? undefined : columnCalled(String(labelColumn), names, path);
  // A delimiter at the end of a row makes a blank cell, which is no column.
  const mayBeMissing = (cell: string, i: number) =>
    missing !== undefined &&
    isMissing(cell) &&
    !(cell.trim() === '' && i === first.length - 1 && !(header && names[i]));
  const features =
    columns === undefined
      ? first.flatMap((cell, i) =>
          i === label || (cellNumber(cell) === undefined && !mayBeMissing(cell, i)) ? [] : [i],
        )
      : columnsAt(columns, names, path).filter((i) => i !== label);
  const comma = first.find(
    (cell, i) => i !== label && (columns === undefined || features.includes(i)) && decimalComma(cell),
  );
  if (comma !== undefined) {
    throw new UserError(
      `${path} writes decimals with a comma (${comma.trim()}): write them with a point, such as 1.5; commas, semicolons and tabs are read between cells`,
    );
  }
  if (features.length === 0) {
    throw new UserError(
      `${path} has no column of numbers: give a table with commas, semicolons or tabs between its cells, or choose columns that hold numbers with --columns`,
    );
  }
  return { features, label, names, hasHeader: header !== undefined };
}

/**
 * The positions of the columns that `--columns` names, by name, number from 1 or range.
 *
 * @throws UserError for one that is not there.
 */
export function columnsAt(
  columns: string | readonly string[],
  names: readonly string[],
  path: string,
): readonly number[] {
  const items = typeof columns === 'string' ? columns.split(',') : columns;
  return items.flatMap((item) => {
    const range = names.includes(item.trim()) ? null : /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(item);
    if (!range) return [columnCalled(item, names, path)];
    const first = columnCalled(range[1], names, path, 'number');
    const last = columnCalled(range[2], names, path, 'number');
    if (last < first)
      throw new UserError(`--columns ${item.trim()} runs backwards: write the lower number first`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The position of a column. A name goes before a number: headers like `0, 1, 2` are names. */
export function columnCalled(
  column: string,
  names: readonly string[],
  path: string,
  as: 'any' | 'number' = 'any',
): number {
  const wanted = column.trim();
  const named = as === 'any' ? names.indexOf(wanted) : -1;
  if (named >= 0) return named;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= names.length) return number - 1;
  throw new UserError(`${path} has no column ${wanted}: it has ${names.length} (${namesListed(names, 20)})`);
}
