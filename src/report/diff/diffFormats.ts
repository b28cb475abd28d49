import type { RunDiff } from '../../run/compare/diffRuns.js';
import { type DiffFormatName, diffFormatNames } from '../formatNames.js';
import type { RenderOptions } from '../options.js';
import { diffCsv } from './diffCsv.js';
import { diffMarkdown } from './diffMarkdown.js';
import { diffTable } from './diffTable.js';

type Render = (diff: RunDiff, options: RenderOptions) => string;

const byName: Readonly<Record<DiffFormatName, Render>> = {
  table: diffTable,
  json: (diff) => `${JSON.stringify(diff, null, 2)}\n`,
  csv: diffCsv,
  markdown: diffMarkdown,
};

/** How two runs can be shown side by side, by name: text that ends with a line break. */
export const diffFormats: ReadonlyMap<string, Render> = new Map(
  diffFormatNames.map((name) => [name, byName[name]]),
);
