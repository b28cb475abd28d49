import { describe, expect, test } from 'vitest';
import {
  type ParquetColumn,
  placeOf,
  readFooter,
} from '../../../../src/data/readers/tables/parquet/footer.js';

// What hyparquet gives of the Thrift structures of https://github.com/apache/parquet-format, made up here.

interface Node {
  readonly element: Record<string, unknown>;
  readonly children: readonly Node[];
  readonly path: readonly string[];
}

const leaf = (name: string, element: Record<string, unknown>, path: readonly string[] = [name]): Node => ({
  element: { name, ...element },
  children: [],
  path,
});
const group = (name: string, element: Record<string, unknown>, ...children: Node[]): Node => ({
  element: { name, ...element },
  children,
  path: [name],
});
/** The three levels of a list. */
const listOf = (name: string, inner: Node): Node =>
  group(name, { converted_type: 'LIST' }, group('list', { repetition_type: 'REPEATED' }, inner));

interface Parts {
  readonly trailer?: Buffer;
  readonly groups?: readonly unknown[];
  readonly rows?: unknown;
  readonly size?: number;
}

/** Reads the footer of a file whose metadata and schema are these. */
async function footer(
  columns: readonly Node[],
  { trailer, groups = [3n], rows = 3n, size = 100 }: Parts = {},
) {
  const end = trailer ?? Buffer.from([4, 0, 0, 0, ...Buffer.from('PAR1')]);
  const decoders = {
    parquetMetadata: () => ({
      row_groups: groups.map((num_rows) => ({ num_rows, columns: [] })),
      num_rows: rows,
    }),
    parquetSchema: () => group('schema', {}, ...columns),
  } as never;
  const read = async (position: number, target: Uint8Array) => {
    if (position === size - 8) target.set(end);
    expect(position + target.length).toBe(size);
  };
  return readFooter({ read, close: async () => {} }, 't.parquet', size, decoders);
}

const columnOf = async (node: Node) => (await footer([node])).columns[0];

describe('a column of numbers', () => {
  const integer = (bitWidth: number, isSigned: boolean) => ({
    logical_type: { type: 'INTEGER', bitWidth, isSigned },
  });
  test.each<[string, Record<string, unknown>, string]>([
    ['BOOLEAN', {}, 'bool'],
    ['FLOAT', {}, 'float32'],
    ['DOUBLE', {}, 'float64'],
    ['INT32', {}, 'int32'],
    ['INT64', {}, 'int64'],
    ['INT32', { converted_type: 'INT_8' }, 'int8'],
    ['INT32', { converted_type: 'INT_16' }, 'int16'],
    ['INT32', { converted_type: 'UINT_8' }, 'uint8'],
    ['INT32', { converted_type: 'UINT_16' }, 'uint16'],
    ['INT32', { converted_type: 'UINT_32' }, 'uint32'],
    ['INT64', { converted_type: 'UINT_64' }, 'uint64'],
    ['INT64', { converted_type: 'INT_64' }, 'int64'],
    ['INT32', integer(8, true), 'int8'],
    ['INT32', integer(16, true), 'int16'],
    ['INT32', integer(32, true), 'int32'],
    ['INT32', integer(8, false), 'uint8'],
    ['INT32', integer(16, false), 'uint16'],
    ['INT32', integer(32, false), 'uint32'],
    ['INT64', integer(64, false), 'uint64'],
    ['INT32', { converted_type: 'DECIMAL' }, 'float64'],
    ['BYTE_ARRAY', { logical_type: { type: 'DECIMAL' } }, 'float64'],
    ['FIXED_LEN_BYTE_ARRAY', { logical_type: { type: 'FLOAT16' } }, 'float32'],
  ])('of %s, %j is %s', async (type, more, expected) => {
    const found = await columnOf(leaf('a', { type, ...more }));
    expect(found).toEqual({ name: 'a', kind: 'number', rank: 0, path: ['a'], type: expected });
  });
});

describe('a column of other things', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['INT32', { converted_type: 'DATE' }, 'other'],
    ['INT32', { logical_type: { type: 'DATE' } }, 'other'],
    ['INT64', { converted_type: 'TIME_MICROS' }, 'other'],
    ['INT64', { converted_type: 'TIMESTAMP_MILLIS' }, 'other'],
    ['INT64', { logical_type: { type: 'TIMESTAMP' } }, 'other'],
    ['INT64', { logical_type: { type: 'TIME' } }, 'other'],
    ['INT96', {}, 'other'],
    ['FIXED_LEN_BYTE_ARRAY', {}, 'other'],
    ['BYTE_ARRAY', { converted_type: 'UTF8' }, 'text'],
    ['BYTE_ARRAY', { converted_type: 'ENUM' }, 'text'],
    ['BYTE_ARRAY', { logical_type: { type: 'STRING' } }, 'text'],
    ['BYTE_ARRAY', { logical_type: { type: 'ENUM' } }, 'text'],
    ['BYTE_ARRAY', { converted_type: 'JSON' }, 'other'],
    ['BYTE_ARRAY', { logical_type: { type: 'JSON' } }, 'other'],
    ['BYTE_ARRAY', {}, 'bytes'],
    ['BYTE_ARRAY', { repetition_type: 'REPEATED' }, 'other'],
  ])('of %s, %j is %s', async (type, more, kind) => {
    expect(await columnOf(leaf('a', { type, ...more }))).toMatchObject({ name: 'a', kind, rank: 0 });
  });

  test('of images is the bytes of the records that datasets writes', async () => {
    const image = group(
      'image',
      {},
      leaf('bytes', { type: 'BYTE_ARRAY' }, ['image', 'bytes']),
      leaf('path', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, ['image', 'path']),
    );
    expect(await columnOf(image)).toEqual({
      ...{ name: 'image', kind: 'bytes', rank: 0, path: ['image', 'bytes'], type: 'uint8' },
    });
    const text = group('record', {}, leaf('bytes', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }));
    expect((await columnOf(text)).kind).toBe('other');
  });
});

describe('a column of lists', () => {
  test('is as deep as lists lie within each other', async () => {
    const one = listOf('x', leaf('element', { type: 'FLOAT' }, ['x', 'list', 'element']));
    expect(await columnOf(one)).toEqual({
      ...{ name: 'x', kind: 'list', rank: 1, path: ['x', 'list', 'element'], type: 'float32' },
    });
    const two = listOf('x', listOf('element', leaf('element', { type: 'INT64' }, ['deep'])));
    expect(await columnOf(two)).toMatchObject({ kind: 'list', rank: 2, path: ['deep'], type: 'int64' });
    const logical = group(
      'x',
      { logical_type: { type: 'LIST' } },
      group('list', { repetition_type: 'REPEATED' }, leaf('element', { type: 'DOUBLE' })),
    );
    expect(await columnOf(logical)).toMatchObject({ kind: 'list', rank: 1, type: 'float64' });
    const repeated = leaf('x', { type: 'INT32', repetition_type: 'REPEATED' });
    expect(await columnOf(repeated)).toMatchObject({ kind: 'list', rank: 1, type: 'int32' });
  });

  test('holds numbers only, and is no record or map', async () => {
    const texts = listOf('x', leaf('element', { type: 'BYTE_ARRAY', converted_type: 'UTF8' }));
    const record = group('x', {}, leaf('a', { type: 'FLOAT' }));
    const map = group(
      'x',
      { converted_type: 'MAP' },
      group(
        'key_value',
        { repetition_type: 'REPEATED' },
        leaf('k', { type: 'INT32' }),
        leaf('v', { type: 'INT32' }),
      ),
    );
    for (const node of [texts, record, map])
      expect(await columnOf(node)).toMatchObject({ kind: 'other', rank: 0 });
  });
});

describe('a footer', () => {
  const numbers = leaf('a', { type: 'FLOAT' });

  test('counts the rows of all groups', async () => {
    const found = await footer([numbers], { groups: [2n, 0n, 5n], rows: 7n });
    expect([found.rows, found.groups.map(({ rows }) => rows)]).toEqual([7, [2, 0, 5]]);
  });

  test.each<[string, Parts, RegExp]>([
    ['of too few bytes', { size: 11 }, /its footer is damaged \(it has 11 bytes\)/],
    ['of an encrypted file', { trailer: Buffer.from('\x04\0\0\0PARE') }, /t\.parquet is encrypted/],
    ['of another file', { trailer: Buffer.from('\x04\0\0\0PAR2') }, /\(it does not end as one\)/],
    ['longer than its file', { trailer: Buffer.from('\x59\0\0\0PAR1') }, /\(it claims 89 bytes\)/],
    [
      'of other rows than its groups',
      { groups: [2n, 2n], rows: 5n },
      /\(it has 5 rows, and 4 in its row groups\)/,
    ],
    ['of fewer than no rows', { groups: [-1n], rows: -1n }, /\(-1 is no size\)/],
    ['of rows that are none', { groups: [3], rows: 3n }, /\(3 is no size\)/],
    ['of more rows than anybody has', { groups: [2n ** 60n], rows: 2n ** 60n }, /is no size/],
  ])('%s is refused', async (_, parts, message) => {
    await expect(footer([numbers], parts)).rejects.toThrow(message);
  });

  test('as long as its file can hold is none too long', async () => {
    expect((await footer([numbers], { trailer: Buffer.from('\x58\0\0\0PAR1') })).rows).toBe(3);
    const twelve = { size: 12, trailer: Buffer.from('\0\0\0\0PAR1') };
    expect((await footer([numbers], twelve)).rows).toBe(3);
  });

  test('has names for its columns', async () => {
    await expect(footer([{ ...numbers, element: { type: 'FLOAT' } }])).rejects.toThrow(
      'a column has no name',
    );
  });
});

describe('the place of a column in a row group', () => {
  const column: ParquetColumn = { name: 'a', kind: 'number', rank: 0, path: ['a', 'b'], type: 'float32' };
  const about = {
    path_in_schema: ['a', 'b'],
    data_page_offset: 40n,
    dictionary_page_offset: 4n as bigint | undefined,
    total_compressed_size: 60n,
    num_values: 3n,
  };
  const place = (more: Partial<typeof about> = {}, rows = 3, of = column, chunk: object = {}, size = 100) => {
    const other = { meta_data: { ...about, path_in_schema: ['a'] } };
    const metadata = { columns: [other, { ...chunk, meta_data: { ...about, ...more } }] } as never;
    return placeOf({ rows, metadata }, of, size).place;
  };

  test('begins with its dictionary, where it has one, and ends within the file', () => {
    expect(place()).toEqual({ start: 4, end: 64, values: 3 });
    expect(place({ dictionary_page_offset: undefined })).toEqual({ start: 40, end: 100, values: 3 });
    expect(place({ dictionary_page_offset: 0n })).toMatchObject({ start: 40 });
    expect(place({ dictionary_page_offset: 50n })).toMatchObject({ start: 40 });
    expect(() => place({ dictionary_page_offset: undefined, total_compressed_size: 61n })).toThrow(
      'it lies outside the file',
    );
  });

  test('holds a value a row, of lists one at least', () => {
    expect(() => place({ num_values: 2n })).toThrow('it has 2 values in 3 rows');
    expect(() => place({ num_values: 4n })).toThrow('it has 4 values in 3 rows');
    const list = { ...column, kind: 'list', rank: 1 } as const;
    expect(place({ num_values: 4n }, 3, list).values).toBe(4);
    expect(place({ num_values: 3n }, 3, list).values).toBe(3);
    expect(() => place({ num_values: 2n }, 3, list)).toThrow('it has 2 values in 3 rows');
  });

  test('is there, and in this file', () => {
    expect(() => place({}, 3, { ...column, path: ['a', 'c'] })).toThrow('a row group lacks it');
    expect(() => place({}, 3, column, { file_path: 'other.parquet' })).toThrow(
      'it lies in another file, other.parquet',
    );
    expect(() => place({ data_page_offset: -1n })).toThrow('-1 is no size');
  });
});
