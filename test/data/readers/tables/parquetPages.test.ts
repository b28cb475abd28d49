import { describe, expect, test } from 'vitest';
import {
  type Page,
  pagesOf,
  type SkippedPage,
} from '../../../../src/data/readers/tables/parquet/parquetPages.js';

// Pages of https://parquet.apache.org/docs/file-format/data-pages with their headers made up: a byte that is the number
// of a header in a list takes the place of the Thrift structure, and nothing is compressed.

interface MadePage {
  readonly header: Record<string, unknown>;
  readonly body: readonly number[];
}

const sizes = (body: readonly number[]) => ({
  compressed_page_size: body.length,
  uncompressed_page_size: body.length,
});
const data = (count: number, body: readonly number[] = [count], more: object = {}): MadePage => ({
  header: {
    type: 'DATA_PAGE',
    ...sizes(body),
    data_page_header: { num_values: count, encoding: 'PLAIN' },
    ...more,
  },
  body,
});
const dataV2 = (count: number, body: readonly number[], v2: object = {}): MadePage => ({
  header: {
    ...{ type: 'DATA_PAGE_V2', ...sizes(body) },
    data_page_header_v2: {
      ...{ num_values: count, num_nulls: 0, num_rows: count, encoding: 'PLAIN' },
      ...{ repetition_levels_byte_length: 0, definition_levels_byte_length: 0 },
      ...v2,
    },
  },
  body,
});
const dictionary = (count: number, body: readonly number[]): MadePage => ({
  header: { type: 'DICTIONARY_PAGE', ...sizes(body), dictionary_page_header: { num_values: count } },
  body,
});

interface Around {
  /** Levels that the footer announces. */
  readonly values: number;
  readonly repetition?: number;
  readonly definition?: number;
  readonly type?: string;
  readonly skips?: (rows: number) => boolean;
  /** Bytes of the file that belong to other columns. */
  readonly more?: number;
}

async function read(pages: readonly MadePage[], around: Around) {
  const file = Uint8Array.from([
    9,
    ...pages.flatMap(({ body }, k) => [k, ...body]),
    ...Array(around.more ?? 0).fill(0),
  ]);
  const end = file.length - (around.more ?? 0);
  const asked: number[] = [];
  const decoders = {
    getMaxRepetitionLevel: () => around.repetition ?? 0,
    getMaxDefinitionLevel: () => around.definition ?? 0,
    parquetHeader: (reader: { view: DataView; offset: number }) =>
      pages[reader.view.getUint8(reader.offset++)].header,
    decompressPage: (packed: Uint8Array) => packed,
    readPlain: (reader: { view: DataView }, type: string, count: number) => [
      ...[type, count, ...new Uint8Array(reader.view.buffer, reader.view.byteOffset, reader.view.byteLength)],
    ],
    convert: (values: unknown[]) => ['dictionary', ...values],
    readDataPage: (page: Uint8Array, { num_values }: { num_values: number }) => ({
      ...{
        repetitionLevels: [],
        definitionLevels: [] as number[] | undefined,
        dataPage: [num_values, ...page],
      },
    }),
    readDataPageV2: (page: Uint8Array) => ({
      ...{ repetitionLevels: [0, 1], definitionLevels: undefined, dataPage: ['v2', ...page] },
    }),
    convertWithDictionary: (page: unknown[], words: unknown[] | undefined, encoding: string) => [
      ...[encoding, ...page, ...(words ?? [])],
    ],
  } as never;
  const decoder = { schemaPath: [], pathInSchema: ['a'], type: around.type ?? 'INT32', element: {} } as never;
  const reader = {
    read: async (position: number, target: Uint8Array) => {
      if (position + target.length > file.length) throw new Error('read beyond the file');
      target.set(file.subarray(position, position + target.length));
    },
    close: async () => {},
  };
  const skips = (rows: number) => {
    asked.push(rows);
    return around.skips?.(rows) ?? false;
  };
  const found: (Page | SkippedPage)[] = [];
  const place = { start: 1, end, values: around.values };
  for await (const page of pagesOf(reader, place, decoder, decoders, skips)) found.push(page);
  return { found, asked };
}

const values = (found: readonly (Page | SkippedPage)[]) =>
  found.map((page) => ('values' in page ? page.values : page.skippedRows));

describe('pages of a column', () => {
  test('come one by one, with the dictionary that stands before them', async () => {
    const words = dictionary(2, [70, 71]);
    const { found } = await read([words, data(3, [30, 31]), data(1, [10])], { values: 4 });
    expect(found).toEqual([
      {
        ...{ count: 3, repetition: undefined, definition: undefined },
        values: ['PLAIN', 3, 30, 31, 'dictionary', 'INT32', 2, 70, 71],
      },
      expect.objectContaining({ count: 1, values: ['PLAIN', 1, 10, 'dictionary', 'INT32', 2, 70, 71] }),
    ]);
  });

  test('of version 2 have their levels before the values', async () => {
    const { found } = await read([dataV2(2, [1, 2, 3, 4, 5], { repetition_levels_byte_length: 2 })], {
      values: 2,
    });
    expect(found).toEqual([
      { count: 2, repetition: [0, 1], definition: undefined, values: ['PLAIN', 'v2', 1, 2, 3, 4, 5] },
    ]);
  });

  test('end with the values that the footer announces, whatever stands behind', async () => {
    const { found } = await read([data(2), data(2)], { values: 2, more: 5 });
    expect(values(found)).toEqual([['PLAIN', 2, 2]]);
  });

  test('without values, and of other kinds, are passed by', async () => {
    const index: MadePage = { header: { type: 'INDEX_PAGE', ...sizes([1, 2]) }, body: [1, 2] };
    const { found } = await read([data(0, []), index, data(2), data(0, [7]), data(1)], { values: 3 });
    expect(values(found)).toEqual([
      ['PLAIN', 2, 2],
      ['PLAIN', 1, 1],
    ]);
  });

  test('are skipped where nobody wants their rows, which flat columns and version 2 tell', async () => {
    const skips = (rows: number) => rows === 3;
    const flat = await read([data(2), data(3), data(1)], { values: 6, skips });
    expect([values(flat.found), flat.asked]).toEqual([
      [['PLAIN', 2, 2], 3, ['PLAIN', 1, 1]],
      [2, 3, 1],
    ]);
    // Four repetition levels of 0 as one run: twice their number, then the level.
    const pages = [
      dataV2(5, [1], { num_rows: 3 }),
      dataV2(4, [8, 0, 2], { num_rows: 2, repetition_levels_byte_length: 2 }),
    ];
    const lists = await read(pages, { values: 9, repetition: 1, skips });
    expect([values(lists.found), lists.asked]).toEqual([
      [3, ['PLAIN', 'v2', 8, 0, 2]],
      [3, 2],
    ]);
    // Of version 1 nobody knows how many rows lists are.
    const unknown = await read([data(3, [2, 0, 0, 0, 6, 0])], { values: 3, repetition: 1, skips });
    expect([unknown.found.length, unknown.asked]).toEqual([1, []]);
  });
});

describe('pages that are damaged', () => {
  test.each<[string, MadePage[], Around, string]>([
    ['too few', [data(2)], { values: 3 }, 'its pages hold fewer values than the footer says'],
    ['too many', [data(2), data(2)], { values: 3 }, 'its pages hold more values than the footer says'],
    [
      'longer than the column',
      [data(2, [2], { compressed_page_size: 2 })],
      { values: 2, more: 9 },
      'no sound size',
    ],
    [
      'of fewer bytes than none',
      [data(2, [2], { compressed_page_size: -1 })],
      { values: 2 },
      'no sound size',
    ],
    ['unpacked to fewer', [data(2, [2], { uncompressed_page_size: -1 })], { values: 2 }, 'no sound size'],
    [
      'of a size that is none',
      [data(2, [2], { uncompressed_page_size: undefined })],
      { values: 2 },
      'no sound size',
    ],
    ['of fewer values than none', [data(-1)], { values: 2 }, 'a page claims to hold -1 values'],
    [
      'of too many values',
      [data(2 ** 40)],
      { values: 2 ** 41 },
      'a page claims to hold 1099511627776 values',
    ],
    [
      'unpacked to all memory',
      [data(2, [2], { uncompressed_page_size: 2 ** 50 })],
      { values: 2 },
      'a page of column a',
    ],
    [
      'with levels longer than themselves',
      [dataV2(2, [1, 2], { definition_levels_byte_length: 3 })],
      { values: 2 },
      'a page has levels of no sound size',
    ],
    [
      'without a header of their own',
      [data(2, [2], { data_page_header: undefined, dictionary_page_header: { num_values: 2 } })],
      { values: 2 },
      'a page has no header of its own',
    ],
    [
      'with a dictionary without a header',
      [{ header: { type: 'DICTIONARY_PAGE', ...sizes([1]) }, body: [1] }],
      { values: 2 },
      'a dictionary has no header',
    ],
    // A run of 3 (its header twice that) of 2 levels.
    [
      'with runs of levels too long',
      [data(2, [2, 0, 0, 0, 6, 1])],
      { values: 2, definition: 1 },
      'a run is longer',
    ],
    [
      'with runs of positions too long',
      [data(2, [1, 6, 0], { data_page_header: { num_values: 2, encoding: 'RLE_DICTIONARY' } })],
      { values: 2 },
      'a run is longer than its page',
    ],
    [
      'with positions of too many bits',
      [data(2, [33, 4, 0], { data_page_header: { num_values: 2, encoding: 'PLAIN_DICTIONARY' } })],
      { values: 2 },
      'the positions in a dictionary have no sound width',
    ],
    [
      'with runs of booleans too long',
      [data(2, [2, 0, 0, 0, 6, 1], { data_page_header: { num_values: 2, encoding: 'RLE' } })],
      { values: 2, type: 'BOOLEAN' },
      'a run is longer than its page',
    ],
    [
      'with a block of no differences',
      [data(2, [0, 4], { data_page_header: { num_values: 2, encoding: 'DELTA_BINARY_PACKED' } })],
      { values: 2 },
      'a block of differences has no sound size',
    ],
    [
      'with a block of too many differences',
      [
        data(2, [0xff, 0xff, 0xff, 0x01, 4], {
          data_page_header: { num_values: 2, encoding: 'DELTA_BINARY_PACKED' },
        }),
      ],
      { values: 2 },
      'a block of differences has no sound size',
    ],
    [
      'with a block of differences that never ends',
      [data(2, Array(12).fill(0xff), { data_page_header: { num_values: 2, encoding: 'DELTA_BYTE_ARRAY' } })],
      { values: 2 },
      'a block of differences is damaged',
    ],
  ])('are refused: %s', async (_, pages, around, message) => {
    await expect(read(pages, around)).rejects.toThrow(message);
  });

  test.each<[string, MadePage, Around]>([
    ['levels', data(2, [2, 0, 0, 0, 4, 1]), { values: 2, definition: 1 }],
    [
      'positions',
      data(2, [1, 4, 0], { data_page_header: { num_values: 2, encoding: 'RLE_DICTIONARY' } }),
      { values: 2 },
    ],
    [
      'no positions',
      data(2, [0], { data_page_header: { num_values: 2, encoding: 'RLE_DICTIONARY' } }),
      { values: 2 },
    ],
    [
      'fewer positions than levels, where values are missing',
      data(4, [1, 4, 0], { data_page_header: { num_values: 4, encoding: 'RLE_DICTIONARY' } }),
      { values: 4 },
    ],
    [
      'booleans',
      data(2, [2, 0, 0, 0, 4, 1], { data_page_header: { num_values: 2, encoding: 'RLE' } }),
      { values: 2, type: 'BOOLEAN' },
    ],
    [
      'differences in blocks of 128, four parts each',
      data(2, [0x80, 0x01, 4], { data_page_header: { num_values: 2, encoding: 'DELTA_BINARY_PACKED' } }),
      { values: 2 },
    ],
  ])('are not those of sound %s', async (_, page, around) => {
    expect((await read([page], around)).found).toHaveLength(1);
  });
});
