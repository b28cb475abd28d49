import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { messageOf, UserError } from '../../../../errors.js';
import type { ElementType } from '../../../../onnx/elementType.js';
import { requireFits } from '../../../requireFits.js';
import type { ByteReader } from '../../bytes/byteSource.js';
import type { TableColumn } from '../table.js';
import type { ColumnPlace, Decoders } from './parquetPages.js';

/** A column and the path of its values in the schema. */
export interface ParquetColumn extends TableColumn {
  readonly path: readonly string[];
  readonly type: ElementType;
}

/** Rows that lie together. */
export interface RowGroup {
  readonly rows: number;
  readonly metadata: FileMetaData['row_groups'][number];
}

export interface Footer {
  readonly metadata: FileMetaData;
  readonly schema: SchemaTree;
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly RowGroup[];
  readonly rows: number;
}

const TRAILER_BYTES = 8;

/**
 * Reads and checks the footer of a Parquet file (https://parquet.apache.org/docs/file-format).
 *
 * @throws UserError where it is no Parquet file, encrypted or damaged, or its parts lie outside the file.
 */
export async function readFooter(
  bytes: ByteReader,
  path: string,
  size: number,
  { parquetMetadata, parquetSchema }: Decoders,
): Promise<Footer> {
  const damaged = (why: string) =>
    new UserError(`${path} is not a Parquet file, or its footer is damaged (${why}): copy or write it again`);
  if (size < 12) throw damaged(`it has ${size} bytes`);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  await bytes.read(size - TRAILER_BYTES, trailer);
  const mark = trailer.toString('latin1', 4);
  if (mark === 'PARE') throw new UserError(`${path} is encrypted: write it without encryption`);
  if (mark !== 'PAR1') throw damaged('it does not end as one');
  const length = trailer.readUInt32LE(0);
  if (length > size - 12) throw damaged(`it claims ${length} bytes`);
  // What is parsed takes several times as much.
  requireFits(8 * length, 'uint8', `the footer of ${path}`, 'write larger row groups');
  const footer = new Uint8Array(length + TRAILER_BYTES);
  await bytes.read(size - footer.length, footer);
  try {
    const metadata = parquetMetadata(footer, { geoparquet: false });
    const schema = parquetSchema(metadata);
    const groups = metadata.row_groups.map((group) => ({ rows: count(group.num_rows), metadata: group }));
    const rows = groups.reduce((sum, group) => sum + group.rows, 0);
    if (rows !== count(metadata.num_rows)) {
      throw new Error(`it has ${metadata.num_rows} rows, and ${rows} in its row groups`);
    }
    const columns = schema.children.map(columnOf);
    if (columns.some(({ name }) => typeof name !== 'string')) throw new Error('a column has no name');
    return { metadata, schema, columns, groups, rows };
  } catch (error) {
    throw damaged(messageOf(error));
  }
}

/** Where the values of a column lie in a row group. @throws Error where that is outside the file. */
export function placeOf({ metadata, rows }: RowGroup, column: ParquetColumn, size: number) {
  const wanted = column.path.join('\n');
  const found = metadata.columns.find(({ meta_data: about }) => about?.path_in_schema.join('\n') === wanted);
  const about = found?.meta_data;
  if (!found || !about) throw new Error('a row group lacks it');
  if (found.file_path) throw new Error(`it lies in another file, ${found.file_path}`);
  const first = count(about.data_page_offset);
  const dictionary = about.dictionary_page_offset === undefined ? 0 : count(about.dictionary_page_offset);
  const start = dictionary > 0 ? Math.min(first, dictionary) : first;
  const end = start + count(about.total_compressed_size);
  if (end > size) throw new Error('it lies outside the file');
  const values = count(about.num_values);
  if (column.rank === 0 ? values !== rows : values < rows)
    throw new Error(`it has ${values} values in ${rows} rows`);
  const place: ColumnPlace = { start, end, values };
  return { place, about };
}

function count(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${value} is no size`);
  return number;
}

function columnOf(node: SchemaTree): ParquetColumn {
  const { name } = node.element;
  // As Hugging Face writes images: bytes, and the path that they had.
  const image = node.children.find(({ element }) => element.name === 'bytes');
  if (image && !isList(node) && isBytes(image)) {
    return { name, kind: 'bytes', rank: 0, path: image.path, type: 'uint8' };
  }
  const leaf = onlyLeaf(node);
  const type = leaf && numberType(leaf.element);
  const rank = leaf ? repetitions(node) : 0;
  const path = leaf?.path ?? node.path;
  if (type !== undefined) return { name, kind: rank > 0 ? 'list' : 'number', rank, path, type };
  const isFlat = leaf === node && rank === 0;
  const kind = !isFlat ? 'other' : isText(node.element) ? 'text' : isBytes(node) ? 'bytes' : 'other';
  return { name, kind, rank: 0, path, type: 'uint8' };
}

const isList = ({ element }: SchemaTree): boolean =>
  element.converted_type === 'LIST' ||
  element.logical_type?.type === 'LIST' ||
  element.repetition_type === 'REPEATED';

/** The one leaf below a node that is a leaf or lists within lists. */
function onlyLeaf(node: SchemaTree): SchemaTree | undefined {
  if (node.children.length === 0) return node;
  const [child, ...others] = node.children;
  if (others.length > 0) return undefined;
  return isList(node) || isList(child) ? onlyLeaf(child) : undefined;
}

const repetitions = (node: SchemaTree): number =>
  (node.element.repetition_type === 'REPEATED' ? 1 : 0) +
  node.children.reduce((sum, child) => sum + repetitions(child), 0);

const isText = ({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  type === 'BYTE_ARRAY' &&
  (['UTF8', 'ENUM'].includes(converted ?? '') || ['STRING', 'ENUM'].includes(logical?.type ?? ''));

const isBytes = ({ element, children }: SchemaTree): boolean =>
  children.length === 0 &&
  element.type === 'BYTE_ARRAY' &&
  element.converted_type === undefined &&
  element.logical_type === undefined &&
  element.repetition_type !== 'REPEATED';

/** The type of the numbers in a column; `undefined` for dates, times and whatever else is not a number. */
function numberType({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): ElementType | undefined {
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'float64';
  if (logical?.type === 'FLOAT16') return 'float32';
  if (/^(DATE|TIME|TIMESTAMP)/.test(converted ?? '') || /^(DATE|TIME|TIMESTAMP)$/.test(logical?.type ?? ''))
    return undefined;
  switch (type) {
    case 'BOOLEAN':
      return 'bool';
    case 'FLOAT':
      return 'float32';
    case 'DOUBLE':
      return 'float64';
    case 'INT64':
      return isUnsigned(converted, logical) ? 'uint64' : 'int64';
    case 'INT32': {
      const bits =
        logical?.type === 'INTEGER' ? logical.bitWidth : Number(/\d+$/.exec(converted ?? '')?.[0] ?? 32);
      const unsigned = isUnsigned(converted, logical);
      if (bits === 8) return unsigned ? 'uint8' : 'int8';
      if (bits === 16) return unsigned ? 'uint16' : 'int16';
      return unsigned ? 'uint32' : 'int32';
    }
    default:
      return undefined;
  }
}

const isUnsigned = (
  converted: SchemaElement['converted_type'],
  logical: SchemaElement['logical_type'],
): boolean => converted?.startsWith('UINT') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
