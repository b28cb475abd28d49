import { csv } from './data/csv.js';
import { json } from './data/json.js';
import { type Format, textFormat } from './format.js';
import { type FormatName, formatNames } from './formatNames.js';
import { markdown } from './markdown/markdown.js';
import { plotOf } from './options.js';
import { table } from './table/table.js';

/** A new one is a file of its own, a name in `formatNames.ts` and an entry here. */
const byName: Readonly<Record<FormatName, Format>> = {
  table: textFormat('txt', table),
  json: textFormat('json', json),
  csv: textFormat('csv', csv),
  markdown: textFormat('md', markdown),
  html: {
    kind: 'text',
    fileName: () => 'report.html',
    render: async (runs, options) => (await import('./html/html.js')).html(runs, options),
  },
  svg: {
    kind: 'text',
    fileName: (options) => `${plotOf(options)}.svg`,
    render: async (runs, options) => (await import('./charts/svg.js')).svg(runs, options),
  },
  png: {
    kind: 'binary',
    fileName: (options) => `${plotOf(options)}.png`,
    render: async (runs, options) => (await import('./charts/png.js')).png(runs, options),
  },
  'delve-csv': {
    kind: 'text',
    appends: true,
    fileName: () => 'delve.csv',
    render: async (runs, options) => (await import('./delveCsv/delveCsv.js')).delveCsv(runs, options),
  },
  npy: {
    kind: 'folder',
    fileName: () => 'npy',
    render: async (runs, options) => (await import('./npy/npy.js')).npy(runs, options),
  },
  tensorboard: {
    kind: 'folder',
    fileName: () => 'tensorboard',
    render: async (runs, options) =>
      (await import('./tensorboard/tensorboard.js')).tensorboard(runs, options),
  },
  parquet: {
    kind: 'binary',
    fileName: () => 'report.parquet',
    render: async (runs, options) => (await import('./data/parquet.js')).parquet(runs, options),
  },
};

/** The formats by name. */
export const formats: ReadonlyMap<string, Format> = new Map(formatNames.map((name) => [name, byName[name]]));
