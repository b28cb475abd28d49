import type { Run } from '../../run/schema.js';

/** A column of tables that says of every layer's row what is true of the whole run. */
export interface RunColumn {
  readonly name: string;
  readonly type: 'text' | 'count' | 'number';
  /** `null` where the run does not say. */
  of(run: Run): string | number | null;
}

/** What tells rows of several runs apart. */
export const settingColumns: readonly RunColumn[] = [
  { name: 'split', type: 'text', of: ({ settings }) => settings.split },
  { name: 'threshold', type: 'number', of: ({ settings }) => settings.threshold },
];

/** The data that the numbers are about: what has parts is JSON, as it stands in `run.json`. */
export const dataColumns: readonly RunColumn[] = [
  { name: 'samples', type: 'count', of: ({ data }) => data.samples },
  { name: 'preprocessing', type: 'text', of: ({ data }) => json(data.preprocessing) },
  { name: 'labels', type: 'text', of: ({ data }) => json(data.labels?.counts) },
  { name: 'accuracy', type: 'number', of: ({ data }) => data.labels?.top1 ?? null },
];

const json = (value: object | undefined): string | null => (value ? JSON.stringify(value) : null);
