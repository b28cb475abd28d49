import type { Reader } from '../../reader.js';
import { jsonlTable } from './jsonlTable.js';
import { openTable, tableOptions } from './tableStreams.js';

const NAME = /\.(jsonl|ndjson)(\.gz)?$/i;

/** JSON Lines, a sample per line: a record of numbers and nested lists of them, or a list. */
export const jsonl: Reader = {
  name: 'jsonl',
  takes: 'JSON Lines (.jsonl, .ndjson, .gz)',
  options: tableOptions,
  detect: ({ kind, source }) => kind === 'file' && NAME.test(source),
  open: async (source, inputs, options) => openTable(await jsonlTable(source), source, inputs, options),
};
