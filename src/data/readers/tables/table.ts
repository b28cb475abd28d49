import type { ElementType, NumericArray } from '../../../onnx/elementType.js';
import type { FailedSample } from '../../sample.js';
import type { Selection } from '../../selection.js';

/** What a column holds: numbers, lists of numbers, bytes (an image), text, or what no model takes (dates, records). */
export type ColumnKind = 'number' | 'list' | 'bytes' | 'text' | 'other';

export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** How deep lists lie within each other; 0 where there are none. */
  readonly rank: number;
}

/** A list of numbers in a cell; lists within lists have one length at each depth. */
export interface ListCell {
  readonly type: ElementType;
  /** `dims` multiplied numbers. */
  readonly data: NumericArray;
  readonly dims: readonly number[];
}

/** What cannot be a value, and why. */
export interface BadCell {
  /** To follow the name of the column: `holds text`. */
  readonly fault: string;
}

/** `undefined`: the cell is empty (null). */
export type Cell = number | bigint | boolean | string | Uint8Array | ListCell | BadCell | undefined;

export const isList = (cell: Cell): cell is ListCell =>
  typeof cell === 'object' && !(cell instanceof Uint8Array) && 'dims' in cell;

export const isBad = (cell: Cell): cell is BadCell =>
  typeof cell === 'object' && !(cell instanceof Uint8Array) && 'fault' in cell;

export interface Row {
  /** The file and the line or row, for messages. */
  readonly origin: string;
  /** In the order of the columns that were asked for. */
  readonly cells: readonly Cell[];
}

/** A file of rows and columns, opened. Close it when done. */
export interface Table {
  /** The file, for messages. */
  readonly origin: string;
  readonly columns: readonly TableColumn[];
  /** Rows; `undefined` until they have been read once, where the file does not say. */
  readonly size: number | undefined;
  /**
   * One pass over the selected rows, in order, in chunks of bounded memory.
   *
   * @param columns positions in `columns`.
   * @throws UserError where the file is damaged.
   */
  read(columns: readonly number[], selection: Selection): AsyncIterable<readonly (Row | FailedSample)[]>;
  close(): Promise<void>;
}
