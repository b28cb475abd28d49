import { UserError } from '../../../errors.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import { onlyInput } from '../../onlyInput.js';
import type { CsvOptions } from '../../options.js';
import type { Reader } from '../../reader.js';
import type { ReadSample, SampleStream } from '../../sample.js';
import { isWanted } from '../../selection.js';
import { categoriesByName, encode, type OneHotColumn } from '../tables/oneHot.js';
import { categoryOf, csvCategories } from './csvCategories.js';
import { type CsvColumns, cellNumber, chooseColumns, isHeader, isMissing } from './csvColumns.js';
import { type CsvRow, csvRows } from './csvRows.js';
import { fillings } from './missingCells.js';

const extensions = new Set(['.csv', '.tsv', '.txt']);

/** A table of numbers, a sample a row, with or without a header. */
export const csv: Reader = {
  name: 'csv',
  takes: 'a table (.csv, .tsv)',
  options: ['csv'],
  detect: ({ kind, extension }) => kind === 'file' && extensions.has(extension),
  async open(source, inputs, { csv: options = {} }) {
    const input = onlyInput(source, inputs);
    const columns = await inspectTable(source, options);
    const encoded = options.oneHot === undefined ? [] : await csvCategories(source, columns, options.oneHot);
    const layout = layoutOf(columns, encoded);
    const dims = [layout.reduce((sum, { size }) => sum + size, 0)];
    if (!fitShape(dims, input, true)) {
      throw new UserError(
        `the rows of ${source} have ${dims[0]} columns of features, which do not fit: ${shapeMismatch(dims, input)}; choose them with --columns`,
      );
    }
    const { missing } = options;
    const numbers = layout.flatMap(({ column, categories }) => (categories ? [] : [column]));
    const fill =
      missing === undefined ? undefined : await fillings(source, { ...columns, features: numbers }, missing);
    return {
      streams: new Map([[input.name, csvStream(source, columns, { layout, dims, fill })]]),
      preprocessing: {
        header: columns.hasHeader,
        columns: columns.features.map((i) => columns.names[i]),
        ...(columns.label === undefined ? {} : { labelColumn: columns.names[columns.label] }),
        ...(missing === undefined ? {} : { missing }),
        ...(encoded.length > 0 ? { oneHot: categoriesByName(encoded, columns.names) } : {}),
      },
    };
  },
};

async function inspectTable(path: string, options: CsvOptions): Promise<CsvColumns> {
  const head: CsvRow[] = [];
  for await (const rows of csvRows(path)) {
    head.push(...rows.slice(0, 2));
    if (head.length >= 2) break;
  }
  const [first, second] = head;
  if (!first) throw new UserError(`${path} is empty: a table needs at least one row of numbers`);
  const header =
    (options.header ?? isHeader(told(first.cells, options), second?.cells)) ? first.cells : undefined;
  const data = header ? second : first;
  if (!data) throw new UserError(`${path} has no row of numbers, only a header: add at least one`);
  return chooseColumns(path, header, data.cells, options);
}

/** A missing cell is no word. */
const told = (cells: readonly string[], { missing }: CsvOptions): readonly string[] =>
  missing === undefined ? cells : cells.map((cell) => (isMissing(cell) ? '0' : cell));

/** What a column gives to a sample: a number, or one for each of its categories. */
interface Part {
  readonly column: number;
  readonly size: number;
  readonly categories?: readonly string[];
}

/** How the features of a row make a sample. */
interface SampleLayout {
  readonly layout: readonly Part[];
  readonly dims: readonly number[];
  /** By column of numbers; absent: a missing cell is an error. */
  readonly fill: ReadonlyMap<number, number> | undefined;
}

function layoutOf({ features }: CsvColumns, encoded: readonly OneHotColumn[]): Part[] {
  return features.map((column) => {
    const categories = encoded.find((each) => each.column === column)?.categories;
    return { column, size: categories?.length ?? 1, ...(categories ? { categories } : {}) };
  });
}

function csvStream(path: string, columns: CsvColumns, layout: SampleLayout): SampleStream {
  let size: number | undefined;
  return {
    origin: path,
    shapeless: true,
    labelled: columns.label !== undefined,
    get size() {
      return size;
    },
    async *read(selection) {
      let index = columns.hasHeader ? -1 : 0;
      for await (const rows of csvRows(path)) {
        const samples: ReadSample[] = [];
        for (const row of rows) {
          if (index >= 0 && isWanted(selection, index)) samples.push(sampleOf(row, columns, layout, path));
          index++;
        }
        if (samples.length > 0) yield samples;
      }
      size = Math.max(index, 0);
    },
  };
}

function sampleOf(
  { line, cells }: CsvRow,
  { label, names }: CsvColumns,
  { layout, dims, fill }: SampleLayout,
  path: string,
): ReadSample {
  const origin = `${path}, line ${line}`;
  // A trailing delimiter makes one blank cell more.
  if (cells.length < names.length || cells.slice(names.length).some((cell) => cell.trim() !== '')) {
    const reason = `it has ${cells.length} cells where the first row has ${names.length}: fix the row`;
    return { origin, reason };
  }
  const data = new Float64Array(dims[0]);
  let at = 0;
  for (const { column, size, categories } of layout) {
    const cell = cells[column];
    if (categories) {
      const fault = encode(categories, categoryOf(cell), fill !== undefined, data, at);
      if (fault !== undefined) return { origin, reason: `column ${names[column]} ${fault}` };
    } else {
      const number = cellNumber(cell) ?? (isMissing(cell) ? fill?.get(column) : undefined);
      if (number === undefined) {
        const way = isMissing(cell) ? 'fill such cells with --missing mean or zero' : 'fix it';
        const reason = `column ${names[column]} holds "${cell}", which is not a number: ${way}, or leave the column out with --columns`;
        return { origin, reason };
      }
      data[at] = number;
    }
    at += size;
  }
  return {
    type: 'float64',
    data,
    dims,
    origin,
    ...(label === undefined ? {} : { label: cells[label].trim() }),
  };
}
