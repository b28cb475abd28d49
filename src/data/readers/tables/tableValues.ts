import { allocate, type NumericArray } from '../../../onnx/elementType.js';
import type { Sample } from '../../sample.js';
import { type Cell, isBad, isList, type TableColumn } from './table.js';

/** Columns that make the value of one input, and what takes the place of their missing numbers. */
export interface Features {
  readonly columns: readonly TableColumn[];
  /** By column; absent: a missing number is an error. */
  readonly fill?: Float64Array;
}

/** The value of an input in one row. */
export type RowValue = Pick<Sample, 'type' | 'data' | 'dims'>;

/**
 * The cells of a row as one value: a list by itself as it is, numbers and lists of several columns one after the other.
 *
 * @returns what is wrong, in words.
 */
export function rowValue({ columns, fill }: Features, cells: readonly Cell[]): RowValue | string {
  for (const [k, cell] of cells.entries()) {
    const fault = faultOf(cell, fill !== undefined && columns[k].kind === 'number');
    if (fault !== undefined) return `column ${columns[k].name} ${fault}`;
  }
  const [only] = cells;
  if (cells.length === 1 && isList(only)) return only;
  if (cells.every((cell) => typeof cell === 'bigint')) {
    const dims = [cells.length];
    // Both wrap what they cannot hold.
    const data = BigInt64Array.from(cells);
    if (cells.every((cell, i) => cell === data[i])) return { type: 'int64', data, dims };
    const unsigned = BigUint64Array.from(cells);
    if (cells.every((cell, i) => cell === unsigned[i])) return { type: 'uint64', data: unsigned, dims };
  }
  const size = cells.reduce<number>((sum, cell) => sum + (isList(cell) ? cell.data.length : 1), 0);
  const data = new Float64Array(size);
  let at = 0;
  for (const [k, cell] of cells.entries()) {
    if (isList(cell)) for (const number of cell.data) data[at++] = Number(number);
    else data[at++] = isMissing(cell) ? (fill?.[k] ?? 0) : Number(cell);
  }
  return { type: 'float64', data, dims: [size] };
}

export const isMissing = (cell: Cell): boolean => cell === undefined || Number.isNaN(cell);

function faultOf(cell: Cell, isFilled: boolean): string | undefined {
  if (isBad(cell)) return `${cell.fault}: fix it, or leave the column out with --columns`;
  if (isList(cell) || typeof cell === 'bigint' || typeof cell === 'boolean') return undefined;
  if (typeof cell === 'number' && Number.isFinite(cell)) return undefined;
  if (isMissing(cell)) {
    if (isFilled) return undefined;
    return 'holds no number: fill such cells with --missing mean or zero, or leave the column out with --columns';
  }
  const what =
    typeof cell === 'string' ? `"${cell.slice(0, 40)}"` : cell instanceof Uint8Array ? 'bytes' : String(cell);
  return `holds ${what}, which is not a number: fix it, or leave the column out with --columns`;
}

/** Nested lists as one, in row-major order; `undefined` where they are no numbers throughout. */
export function flattened(list: readonly unknown[]): Cell {
  const dims: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = level[0]) dims.push(level.length);
  const size = dims.reduce((product, length) => product * length, 1);
  if (size === 0) return { fault: 'holds an empty list' };
  const data: NumericArray = allocate('float64', size);
  let at = 0;
  const take = (value: unknown, depth: number): string | undefined => {
    if (depth === dims.length) {
      if (typeof value === 'number' && !Number.isFinite(value)) return 'holds a number that is too large';
      if (typeof value === 'boolean' || typeof value === 'number') data[at++] = Number(value);
      else
        return Array.isArray(value)
          ? 'holds lists of different depths'
          : 'holds a list of other things than numbers';
      return undefined;
    }
    if (!Array.isArray(value)) return 'holds lists of different depths';
    if (value.length !== dims[depth]) return 'holds lists of different lengths';
    for (const entry of value) {
      const fault = take(entry, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const fault = take(list, 0);
  return fault === undefined ? { type: 'float64', data, dims } : { fault };
}
