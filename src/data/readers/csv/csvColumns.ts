import { UserError } from '../../../errors.js';
import type { CsvOptions } from '../../options.js';
import { askedOneHot, notAmongFeatures } from '../tables/oneHot.js';
import { columnCalled, columnsAt } from './columnsAt.js';

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
  { columns, labelColumn, missing, oneHot }: CsvOptions,
): CsvColumns {
  const names = header ? header.map((name) => name.trim()) : first.map((_, i) => String(i + 1));
  const label = labelColumn === undefined ? undefined : columnCalled(String(labelColumn), names, path);
  // A delimiter at the end of a row makes a blank cell, which is no column.
  const mayBeMissing = (cell: string, i: number) =>
    missing !== undefined &&
    isMissing(cell) &&
    !(cell.trim() === '' && i === first.length - 1 && !(header && names[i]));
  const encoded = new Set(
    oneHot === undefined ? [] : askedOneHot(oneHot, names, path).map(({ column }) => column),
  );
  const isValue = (cell: string, i: number) =>
    encoded.has(i) || cellNumber(cell) !== undefined || mayBeMissing(cell, i);
  const features =
    columns === undefined
      ? first.flatMap((cell, i) => (i !== label && isValue(cell, i) ? [i] : []))
      : columnsAt(columns, names, path).filter((i) => i !== label);
  const stray = [...encoded].find((i) => !features.includes(i));
  if (stray !== undefined) throw notAmongFeatures(names[stray]);
  const comma = first.find(
    (cell, i) =>
      i !== label && !encoded.has(i) && (columns === undefined || features.includes(i)) && decimalComma(cell),
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
