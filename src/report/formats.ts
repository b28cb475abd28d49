import { csv } from './data/csv.js';
import { json } from './data/json.js';
import { type Format, textFormat } from './format.js';
import { markdown } from './markdown/markdown.js';
import { table } from './table/table.js';

/** The formats by name: a new one is a file of its own and an entry here. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['table', textFormat('the table of the terminal', 'txt', table)],
  ['json', textFormat('the run as run.json has it', 'json', json)],
  ['csv', textFormat('a row a layer, all digits', 'csv', csv)],
  ['markdown', textFormat('a comment for a pull request', 'md', markdown)],
  [
    'html',
    {
      summary: 'one page with charts, to look at and to show',
      kind: 'text',
      fileName: () => 'report.html',
      render: async (runs, options) => (await import('./html/html.js')).html(runs, options),
    },
  ],
  [
    'svg',
    {
      summary: 'a picture for papers and READMEs (--plot)',
      kind: 'text',
      fileName: ({ picture }) => `${picture?.plot ?? 'saturation'}.svg`,
      render: async (runs, options) => (await import('./charts/svg.js')).svg(runs, options),
    },
  ],
  [
    'png',
    {
      summary: 'the same as pixels (--dpi)',
      kind: 'binary',
      fileName: ({ picture }) => `${picture?.plot ?? 'saturation'}.png`,
      render: async (runs, options) => (await import('./charts/png.js')).png(runs, options),
    },
  ],
  [
    'delve-csv',
    {
      summary: 'the CSV of the Python package delve, a row an epoch, gone on with',
      kind: 'text',
      appends: true,
      fileName: () => 'delve.csv',
      render: async (runs, options) => (await import('./delveCsv/delveCsv.js')).delveCsv(runs, options),
    },
  ],
  [
    'npy',
    {
      summary: 'the folders of the Python package delve: an .npy a value and epoch, covariances included',
      kind: 'folder',
      fileName: () => 'npy',
      render: async (runs, options) => (await import('./npy/npy.js')).npy(runs, options),
    },
  ],
  [
    'tensorboard',
    {
      summary: 'event files for TensorBoard: scalars, spectra and pictures by step',
      kind: 'folder',
      fileName: () => 'tensorboard',
      render: async (runs, options) =>
        (await import('./tensorboard/tensorboard.js')).tensorboard(runs, options),
    },
  ],
  [
    'parquet',
    {
      summary: 'a row a layer with its spectrum, for pandas, Polars and DuckDB',
      kind: 'binary',
      fileName: () => 'report.parquet',
      render: async (runs, options) => (await import('./data/parquet.js')).parquet(runs, options),
    },
  ],
]);
