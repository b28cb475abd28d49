import type { Run } from '../run/schema.js';
import { csv } from './csv.js';
import { json } from './json.js';
import type { RenderOptions } from './options.js';
import { table } from './table.js';

/** Renders one or more runs as text that ends with a line break. */
export type Format = (runs: readonly Run[], options: RenderOptions) => string;

/** The formats by name: a new one is a file of its own and a line here. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['table', table],
  ['json', json],
  ['csv', csv],
]);
