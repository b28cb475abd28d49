import type { DecodedArray, PageHeader } from 'hyparquet';
import { requireFits } from '../../../requireFits.js';
import type { ByteReader } from '../../bytes/byteSource.js';
import { checkRuns } from './checkRuns.js';

/** hyparquet's parts, loaded when a file is read. */
export type Decoders = Awaited<ReturnType<typeof loadDecoders>>;

export async function loadDecoders() {
  const [root, column, pages, plain, convert, schema, more] = await Promise.all([
    import('hyparquet'),
    import('hyparquet/src/column.js'),
    import('hyparquet/src/datapage.js'),
    import('hyparquet/src/plain.js'),
    import('hyparquet/src/convert.js'),
    import('hyparquet/src/schema.js'),
    import('hyparquet-compressors'),
  ]);
  return { ...root, ...column, ...pages, ...plain, ...convert, ...schema, compressors: more.compressors };
}

/** What a column is decoded by. */
export type ColumnDecoder = Parameters<Decoders['readColumn']>[2];

/** Values of a page; writers close pages at about a million bytes. */
const MOST_VALUES = 2 ** 27;
/** What is read for the header of a page at first, and what at most: it may hold the smallest and largest value. */
const HEADER_BYTES = [2 ** 13, 2 ** 20, 2 ** 24];

/** The levels and values of a page; levels are absent where all are the same. */
export interface Page {
  /** Levels, or values where there are none. */
  readonly count: number;
  readonly repetition: readonly number[] | undefined;
  readonly definition: readonly number[] | undefined;
  /** Those that are there. */
  readonly values: DecodedArray;
}

/** A page that nobody wanted. */
export interface SkippedPage {
  readonly skippedRows: number;
}

/** Where a column of a row group lies. */
export interface ColumnPlace {
  readonly start: number;
  readonly end: number;
  /** Levels in all pages. */
  readonly values: number;
}

/**
 * The pages of a column in a row group, one at a time.
 *
 * @param skips asked with the number of rows of the coming page where that is known before it is decoded.
 * @throws what the decoders say of damaged bytes; UserError where a page does not fit into memory.
 */
export async function* pagesOf(
  bytes: ByteReader,
  place: ColumnPlace,
  decoder: ColumnDecoder,
  decoders: Decoders,
  skips: (rows: number) => boolean,
): AsyncGenerator<Page | SkippedPage> {
  let dictionary: DecodedArray | undefined;
  let values = 0;
  const repeats = decoders.getMaxRepetitionLevel(decoder.schemaPath) > 0;
  for (let at = place.start; values < place.values; ) {
    const { header, length } = await pageHeader(bytes, at, place.end, decoders);
    at += length;
    const { compressed_page_size: size, uncompressed_page_size: whole } = header;
    if (!isSize(size) || !isSize(whole) || at + size > place.end) throw new Error('a page has no sound size');
    const [v1, v2] = [header.data_page_header, header.data_page_header_v2];
    const count = v1?.num_values ?? v2?.num_values ?? header.dictionary_page_header?.num_values ?? 0;
    if (!isSize(count) || count > MOST_VALUES) throw new Error(`a page claims to hold ${count} values`);
    const isData = header.type === 'DATA_PAGE' || header.type === 'DATA_PAGE_V2';
    if (isData) {
      values += count;
      if (count === 0) {
        at += size;
        continue;
      }
      if (values > place.values) throw new Error('its pages hold more values than the footer says');
      const rows = repeats ? v2?.num_rows : count;
      if (rows !== undefined && rows > 0 && skips(rows)) {
        at += size;
        yield { skippedRows: rows };
        continue;
      }
    }
    requireFits(whole, 'uint8', `a page of column ${decoder.pathInSchema.join('.')}`, 'write smaller pages');
    const packed = new Uint8Array(size);
    await bytes.read(at, packed);
    at += size;
    if (header.type === 'DICTIONARY_PAGE') {
      dictionary = dictionaryOf(packed, header, decoder, decoders);
    } else if (isData) {
      const { definitionLevels, repetitionLevels, dataPage } = dataPageOf(packed, header, decoder, decoders);
      const encoding = v1?.encoding ?? v2?.encoding ?? 'PLAIN';
      yield {
        count,
        repetition: repetitionLevels.length > 0 ? repetitionLevels : undefined,
        definition: definitionLevels && definitionLevels.length > 0 ? definitionLevels : undefined,
        values: decoders.convertWithDictionary(dataPage, dictionary, encoding, decoder),
      };
    }
  }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

async function pageHeader(
  bytes: ByteReader,
  at: number,
  end: number,
  { parquetHeader }: Decoders,
): Promise<{ header: PageHeader; length: number }> {
  if (at >= end) throw new Error('its pages hold fewer values than the footer says');
  for (const length of HEADER_BYTES) {
    const window = new Uint8Array(Math.min(length, end - at));
    await bytes.read(at, window);
    const reader = { view: new DataView(window.buffer), offset: 0 };
    try {
      return { header: parquetHeader(reader), length: reader.offset };
    } catch (error) {
      if (at + length >= end) throw error;
    }
  }
  throw new Error('a page has a header of more than 16 MiB');
}

function dictionaryOf(
  packed: Uint8Array,
  { uncompressed_page_size: size, dictionary_page_header: about }: PageHeader,
  decoder: ColumnDecoder,
  { decompressPage, readPlain, convert }: Decoders,
): DecodedArray {
  if (!about) throw new Error('a dictionary has no header');
  const page = decompressPage(packed, size, decoder.codec, decoder.compressors);
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
  return convert(readPlain(reader, decoder.type, about.num_values, decoder.element.type_length), decoder);
}

function dataPageOf(
  packed: Uint8Array,
  header: PageHeader,
  decoder: ColumnDecoder,
  decoders: Decoders,
): ReturnType<Decoders['readDataPageV2']> {
  const { codec, compressors } = decoder;
  const v2 = header.data_page_header_v2;
  if (!v2) {
    if (!header.data_page_header) throw new Error('a page has no header of its own');
    const page = decoders.decompressPage(packed, header.uncompressed_page_size, codec, compressors);
    checkPage(page, header, decoder, decoders);
    return decoders.readDataPage(page, header.data_page_header, decoder);
  }
  const levels = v2.repetition_levels_byte_length + v2.definition_levels_byte_length;
  if (!isSize(levels) || levels > packed.length) throw new Error('a page has levels of no sound size');
  const size = header.uncompressed_page_size - levels;
  const rest = packed.subarray(levels);
  const values = v2.is_compressed === false ? rest : decoders.decompressPage(rest, size, codec, compressors);
  const page = new Uint8Array(levels + values.length);
  page.set(packed.subarray(0, levels));
  page.set(values, levels);
  const plain = { ...header, data_page_header_v2: { ...v2, is_compressed: false } };
  checkPage(page, plain, decoder, decoders);
  return decoders.readDataPageV2(page, plain, decoder);
}

const bitWidth = (most: number): number => 32 - Math.clz32(most);

/** Holds all runs of a page, decompressed, against the number of its values. */
function checkPage(
  page: Uint8Array,
  { data_page_header: v1, data_page_header_v2: v2 }: PageHeader,
  { schemaPath, type }: ColumnDecoder,
  { getMaxRepetitionLevel, getMaxDefinitionLevel }: Decoders,
): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const count = v2?.num_values ?? v1?.num_values ?? 0;
  const widths = [getMaxRepetitionLevel(schemaPath), getMaxDefinitionLevel(schemaPath)].map(bitWidth);
  let at = 0;
  for (const [k, width] of widths.entries()) {
    const length = k === 0 ? v2?.repetition_levels_byte_length : v2?.definition_levels_byte_length;
    if (width === 0) {
      at += length ?? 0;
      continue;
    }
    const start = v2 ? at : at + 4;
    checkRuns(view, start, width, count);
    at = start + (length ?? view.getUint32(at, true));
  }
  const encoding = v2?.encoding ?? v1?.encoding;
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
    checkValues(view, at, count - (v2?.num_nulls ?? 0));
  } else if (encoding === 'RLE' && type === 'BOOLEAN') {
    checkUpTo(view, at + 4, 1, count);
  } else if (encoding?.startsWith('DELTA')) checkDelta(view, at);
}

function checkValues(view: DataView, at: number, count: number): void {
  const width = view.getUint8(at);
  if (width > 32) throw new Error('the positions in a dictionary have no sound width');
  if (width > 0) checkUpTo(view, at + 1, width, count);
}

/** Runs may end before `count` where values are missing: of pages of version 1 it is not told how many are there. */
function checkUpTo(view: DataView, at: number, width: number, count: number): void {
  try {
    checkRuns(view, at, width, count);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** Blocks of small numbers, so that the decoder makes no room for others. */
function checkDelta(view: DataView, start: number): void {
  let at = start;
  for (const most of [2 ** 20, 2 ** 16]) {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = view.getUint8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
      if (shift > 28) throw new Error('a block of differences is damaged');
    }
    if (value < 1 || value > most) throw new Error('a block of differences has no sound size');
  }
}
