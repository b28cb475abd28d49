import { describe, expect, test } from 'vitest';
import type { ColumnKind, Table } from '../../../../src/data/readers/tables/table.js';
import {
  featuresOf,
  imageColumn,
  refuseImageOptions,
} from '../../../../src/data/readers/tables/tableColumns.js';
import { classIn, labelColumnOf } from '../../../../src/data/readers/tables/tableLabels.js';
import { input } from '../../reading.js';

/** A table of columns of these kinds, in their order. */
const tableOf = (kinds: Readonly<Record<string, ColumnKind>>): Table => ({
  origin: 't.parquet',
  columns: Object.entries(kinds).map(([name, kind]) => ({ name, kind, rank: kind === 'list' ? 1 : 0 })),
  size: 1,
  async *read() {},
  async close() {},
});
const inputs = (...names: string[]) => names.map((name) => input(name, 'float32'));
const mixed = tableOf({ id: 'text', a: 'number', x: 'list', when: 'other', label: 'number', b: 'number' });

describe('the features of an input', () => {
  const of = (names: string[], k = 0, asked?: number[], label?: number, table = mixed) =>
    featuresOf(table, inputs(...names)[k], inputs(...names), asked, label, 't.parquet');

  test('are the column of its name, else all numbers and lists but the label', () => {
    expect(of(['x'])).toEqual([2]);
    expect(of(['other'])).toEqual([1, 2, 4, 5]);
    expect(of(['other'], 0, undefined, 4)).toEqual([1, 2, 5]);
    // A column of its name that holds no numbers is none.
    expect(of(['id'])).toEqual([1, 2, 4, 5]);
  });

  test('are those that were asked for, in their order, without the label', () => {
    expect(of(['x'], 0, [5, 1, 4], 4)).toEqual([5, 1]);
    expect(() => of(['x'], 0, [1, 3])).toThrow('column when of t.parquet holds no numbers: choose others');
    expect(() => of(['x'], 0, [4], 4)).toThrow('t.parquet has no column of numbers (its columns: id, a, x');
  });

  test('are the column of its own name where there are several inputs', () => {
    expect([of(['b', 'x'], 0), of(['b', 'x'], 1)]).toEqual([[5], [2]]);
    expect(() => of(['b', 'y'], 1)).toThrow('t.parquet has no column of numbers called y, like the input');
    expect(() => of(['b', 'id'], 1)).toThrow('has no column of numbers called id, like the input');
    expect(() => of(['b', 'x'], 0, [1])).toThrow('the model has several inputs (b, x)');
  });
});

describe('the column of images', () => {
  const two = tableOf({ left: 'bytes', right: 'bytes', label: 'number', thumb: 'bytes' });
  const one = tableOf({ a: 'number', image: 'bytes' });
  const of = (table: Table, names: string[], asked?: number[], label?: number) =>
    imageColumn(table, asked, label, inputs(...names));

  test('is the only one, the one that was asked for, or the one of the name of the input', () => {
    expect(of(one, ['x'])).toBe(1);
    expect(of(two, ['x'], [1])).toBe(1);
    expect(of(two, ['right'])).toBe(1);
    expect(of(two, ['thumb'], [0, 3])).toBe(3);
    expect(of(two, ['x'], [0, 1], 0)).toBe(1);
  });

  test('is none where only numbers are asked for, or several inputs are fed', () => {
    expect(of(one, ['x'], [0])).toBeUndefined();
    expect(of(mixed, ['x'])).toBeUndefined();
    expect(of(one, ['a', 'b'])).toBeUndefined();
    expect(of(one, ['a', 'b'], [1])).toBe(1);
  });

  test('is not guessed among several', () => {
    expect(() => of(two, ['x'])).toThrow(
      't.parquet has several columns of images (left, right, thumb): choose one with --columns',
    );
  });
});

test('options for images have no effect on numbers, but for scale, mean and std', () => {
  refuseImageOptions({ data: [] }, 't.parquet');
  refuseImageOptions({ data: [], image: { scale: 1, mean: [0], std: [1], crop: undefined } }, 't.parquet');
  expect(() => refuseImageOptions({ data: [], image: { scale: 1, crop: 3 } }, 't.parquet')).toThrow(
    '--crop is an option for images, and columns of numbers are read of t.parquet',
  );
});

describe('the column of classes', () => {
  const of = (
    kinds: Readonly<Record<string, ColumnKind>>,
    named?: string | number,
    names = ['x'],
    asked: number[] = [],
  ) => labelColumnOf(tableOf(kinds), named, inputs(...names), asked);

  test('is the one that is named, by name or number', () => {
    expect(of({ a: 'number', kind: 'text' }, 'kind')).toBe(1);
    expect(of({ a: 'number', kind: 'text' }, 1)).toBe(0);
    expect(() => of({ a: 'number' }, 'kind')).toThrow('t.parquet has no column kind');
    expect(() => of({ a: 'list' }, 'a')).toThrow('column a of t.parquet holds no classes');
  });

  test('is else the one that is called as usual, unless it is something else', () => {
    expect(of({ a: 'number', label: 'number' })).toBe(1);
    expect(of({ labels: 'text', a: 'number' })).toBe(0);
    expect(of({ labels: 'text', label: 'number' })).toBe(1);
    expect(of({ a: 'number', target: 'number' })).toBeUndefined();
    expect(of({ a: 'number', label: 'list' })).toBeUndefined();
    // It feeds an input, or was asked for as a feature.
    expect(of({ a: 'number', label: 'number' }, undefined, ['a', 'label'])).toBeUndefined();
    expect(of({ label: 'number', labels: 'number' }, undefined, ['label'])).toBe(1);
    expect(of({ a: 'number', label: 'number' }, undefined, ['x'], [0, 1])).toBeUndefined();
    expect(of({ a: 'number', label: 'number' }, undefined, ['x'], [0])).toBe(1);
  });

  test('says a class in words, whatever it holds', () => {
    const cells = [true, false, 3, -0.5, 7n, ' cat ', '', '  ', Number.NaN, undefined, Uint8Array.of(1)];
    expect(cells.map(classIn)).toEqual([
      ...['1', '0', '3', '-0.5', '7', 'cat', undefined, undefined, undefined, undefined, undefined],
    ]);
  });
});
