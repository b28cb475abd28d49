import type { RunDiff } from '../../run/compare/diffRuns.js';
import type { RenderOptions } from '../options.js';
import { diffCsv } from './diffCsv.js';
import { diffMarkdown } from './diffMarkdown.js';
import { diffTable } from './diffTable.js';

/** How two runs can be shown side by side, by name: text that ends with a line break. */
export const diffFormats: ReadonlyMap<string, (diff: RunDiff, options: RenderOptions) => string> = new Map<
  string,
  (diff: RunDiff, options: RenderOptions) => string
>([
  ['table', diffTable],
  ['json', (diff) => `${JSON.stringify(diff, null, 2)}\n`],
  ['csv', diffCsv],
  ['markdown', diffMarkdown],
]);
