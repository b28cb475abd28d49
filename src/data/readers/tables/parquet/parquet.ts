import type { Reader } from '../../../reader.js';
import { openTable, tableOptions } from '../tableStreams.js';
import { parquetTable } from './parquetTable.js';

const MAGIC = [...Buffer.from('PAR1')];

/** A Parquet file, a sample a row: numbers, lists of numbers, or images as bytes as Hugging Face writes them. */
export const parquet: Reader = {
  name: 'parquet',
  takes: 'a table or images in Parquet (.parquet)',
  options: tableOptions,
  detect: ({ kind, extension, head }) =>
    kind === 'file' && (extension === '.parquet' || MAGIC.every((byte, i) => head[i] === byte)),
  open: async (source, inputs, options) => openTable(await parquetTable(source), source, inputs, options),
};
