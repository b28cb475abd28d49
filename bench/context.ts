import type { Row } from './row.js';

/** What every section is given. */
export interface Context {
  /** For models and data; removed at the end. */
  readonly folder: string;
  /** The Python that has the peers of `peers/requirements.txt`. */
  readonly python: string;
  /** Rounds of the shorter measurements; the longer ones take fewer of their own accord. */
  readonly rounds: number;
  /** Versions of what was measured against, filled as peers start. */
  readonly versions: Record<string, string>;
  /** Tells people what goes on. */
  log(text: string): void;
}

/** A part of the benchmark that can be run by itself. */
export type Section = (context: Context) => Promise<Measured>;

export interface Measured {
  readonly rows: readonly Row[];
  /** Everything behind the rows, for the file of results. */
  readonly details: unknown;
}
