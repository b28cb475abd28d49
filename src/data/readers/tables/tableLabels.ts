import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { columnCalled } from '../csv/columnsAt.js';
import type { Cell, Table } from './table.js';

/** Columns that hold the class by their names, as in the data sets of Hugging Face. */
const USUAL = ['label', 'labels'];

/**
 * The column that holds the class: the one that was named, else one called `label` or `labels` that feeds no input.
 *
 * @param features columns that were asked for, which are no labels then.
 * @throws UserError where the column that was named is not there or holds no classes.
 */
export function labelColumnOf(
  table: Table,
  named: string | number | undefined,
  inputs: readonly ModelInput[],
  features: readonly number[],
): number | undefined {
  const names = table.columns.map(({ name }) => name);
  if (named === undefined) {
    const usual = USUAL.find((name) => names.includes(name) && inputs.every((input) => input.name !== name));
    const position = usual === undefined ? -1 : names.indexOf(usual);
    return position >= 0 && holdsClasses(table, position) && !features.includes(position)
      ? position
      : undefined;
  }
  const position = columnCalled(String(named), names, table.origin);
  if (holdsClasses(table, position)) return position;
  throw new UserError(
    `column ${names[position]} of ${table.origin} holds no classes: name one of numbers or text with --label-column`,
  );
}

const holdsClasses = ({ columns }: Table, position: number): boolean =>
  columns[position].kind === 'number' || columns[position].kind === 'text';

/** The class in a cell; `undefined` where there is none. */
export function classIn(cell: Cell): string | undefined {
  switch (typeof cell) {
    case 'boolean':
      return cell ? '1' : '0';
    case 'number':
      return Number.isNaN(cell) ? undefined : String(cell);
    case 'bigint':
      return String(cell);
    case 'string':
      return cell.trim() === '' ? undefined : cell.trim();
    default:
      return undefined;
  }
}
