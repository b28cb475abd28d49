import { UserError } from '../../../errors.js';
import { namesListed } from '../../../text/numbers.js';

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
