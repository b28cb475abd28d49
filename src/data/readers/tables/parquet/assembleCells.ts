import { allocate, type ElementType, type NumericArray } from '../../../../onnx/elementType.js';
import type { BadCell, Cell } from '../table.js';
import type { Page } from './parquetPages.js';

/** How values of a column lie in its rows (https://parquet.apache.org/docs/file-format/nestedencoding). */
export interface Nesting {
  /** Depth of lists. */
  readonly rank: number;
  /** The definition level of a value that is there. */
  readonly defined: number;
  /** Of the numbers in lists. */
  readonly type: ElementType;
}

const RAGGED: BadCell = { fault: 'holds lists of different lengths' };
const HOLE: BadCell = { fault: 'holds a missing value or an empty list' };

/** Puts the values of pages back into rows; a row may go on in the next page. */
export class CellAssembly {
  readonly #nesting: Nesting;
  /** Elements met in the open list at each depth, and the length of those that were closed (0: none yet). */
  #met: number[] = [];
  #lengths: number[] = [];
  #parts: NumericArray[] = [];
  #fault: BadCell | undefined;
  #isOpen = false;

  constructor(nesting: Nesting) {
    this.#nesting = nesting;
  }

  /** Rows that have begun and may go on: 0 or 1. */
  get openRows(): number {
    return this.#isOpen ? 1 : 0;
  }

  /** The rows that a page completes. */
  add({ count, repetition, definition, values }: Page): Cell[] {
    const { rank, defined } = this.#nesting;
    return rank === 0
      ? flatCells(count, definition, values, defined)
      : this.#lists(count, repetition, definition, values);
  }

  /** The row that is open when the pages end, or one is skipped. */
  end(): Cell[] {
    if (!this.#isOpen) return [];
    this.#isOpen = false;
    return [this.#close()];
  }

  #lists(
    count: number,
    repetition: Page['repetition'],
    definition: Page['definition'],
    values: Page['values'],
  ) {
    const { rank, defined, type } = this.#nesting;
    const numbers = numbersOf(values, type);
    const cells: Cell[] = [];
    let from = 0;
    let next = 0;
    for (let i = 0; i < count; i++) {
      const level = repetition?.[i] ?? 0;
      if (level === 0) {
        if (this.#isOpen) {
          this.#take(numbers, from, next);
          cells.push(this.#close());
        }
        from = next;
        this.#open();
      } else {
        if (!this.#isOpen || level > rank) throw new Error('its repetition levels are damaged');
        this.#step(level);
      }
      if ((definition?.[i] ?? defined) === defined) next++;
      else this.#fault ??= HOLE;
    }
    if (next > numbers.length) throw new Error('a page holds fewer values than its levels say');
    this.#take(numbers, from, next);
    return cells;
  }

  #open(): void {
    const { rank } = this.#nesting;
    this.#isOpen = true;
    this.#met = new Array(rank + 1).fill(1);
    this.#lengths = new Array(rank + 1).fill(0);
    this.#parts = [];
    this.#fault = undefined;
  }

  /** One element more in the open list at depth `level`; the lists below are closed and others are opened. */
  #step(level: number): void {
    this.#closeBelow(level);
    this.#met[level]++;
  }

  #closeBelow(level: number): void {
    for (let depth = level + 1; depth < this.#met.length; depth++) {
      const length = this.#met[depth];
      if (this.#lengths[depth] !== 0 && this.#lengths[depth] !== length) this.#fault ??= RAGGED;
      this.#lengths[depth] = length;
      this.#met[depth] = 1;
    }
  }

  #take(numbers: NumericArray, from: number, to: number): void {
    if (to > from) this.#parts.push(numbers.subarray(from, to));
  }

  #close(): Cell {
    this.#closeBelow(0);
    if (this.#fault) return this.#fault;
    const { type } = this.#nesting;
    const [first, ...others] = this.#parts;
    const data = others.length === 0 ? first : joined(this.#parts, type);
    return { type, data, dims: this.#lengths.slice(1) };
  }
}

function flatCells(
  count: number,
  definition: Page['definition'],
  values: Page['values'],
  defined: number,
): Cell[] {
  const cells: Cell[] = [];
  let next = 0;
  for (let i = 0; i < count; i++) {
    if (definition && definition[i] !== defined) {
      cells.push(undefined);
      continue;
    }
    const value: unknown = values[next++];
    if (!isPlain(value)) throw new Error('a page holds fewer values than its levels say');
    cells.push(value);
  }
  return cells;
}

const isPlain = (value: unknown): value is number | bigint | boolean | string | Uint8Array =>
  value instanceof Uint8Array || ['number', 'bigint', 'boolean', 'string'].includes(typeof value);

function numbersOf(values: Page['values'], type: ElementType): NumericArray {
  const target = allocate(type, Array.isArray(values) ? values.length : 0);
  if (!Array.isArray(values) && values.constructor === target.constructor) return values;
  const numbers = allocate(type, values.length);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) {
      if (typeof value !== 'bigint') throw new Error('a position lies outside its dictionary');
      numbers[i] = value;
    } else {
      if (typeof value !== 'number' && typeof value !== 'boolean')
        throw new Error('a position lies outside its dictionary');
      numbers[i] = Number(value);
    }
  }
  return numbers;
}

function joined(parts: readonly NumericArray[], type: ElementType): NumericArray {
  const all = allocate(
    type,
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) all[at++] = part[i];
  }
  return all;
}
