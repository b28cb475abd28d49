import type { Run } from '../run/schema.js';
import { csv } from './data/csv.js';
import { json } from './data/json.js';
import { type Format, textFormat } from './format.js';
import { type FormatName, formatNames } from './formatNames.js';
import { markdown } from './markdown/markdown.js';
import { plotOf, type RenderOptions } from './options.js';
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
    render: async (runs, options) => {
      const [{ html }, { withEmbeddings }] = await Promise.all([
        import('./html/html.js'),
        import('./embeddings.js'),
      ]);
      return html(runs, await withEmbeddings(runs, options));
    },
  },
  svg: {
    kind: 'text',
    fileName: (options) => `${plotOf(options)}.svg`,
    render: async (runs, options) =>
      (await import('./charts/svg.js')).svg(runs, await forPlot(runs, options)),
  },
  png: {
    kind: 'binary',
    fileName: (options) => `${plotOf(options)}.png`,
    render: async (runs, options) =>
      (await import('./charts/png.js')).png(runs, await forPlot(runs, options)),
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

/** With what lies in the run beside its numbers, where the picture is of that. */
async function forPlot(runs: readonly Run[], options: RenderOptions): Promise<RenderOptions> {
  if (plotOf(options) !== 'embedding') return options;
  return (await import('./embeddings.js')).withEmbeddings(runs, options);
}

/** The formats by name. */
export const formats: ReadonlyMap<string, Format> = new Map(formatNames.map((name) => [name, byName[name]]));
