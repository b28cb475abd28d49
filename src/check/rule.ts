/** How much a broken rule weighs; `off` takes an earlier rule back. */
export type Level = 'error' | 'warn' | 'off';

/** What a number is held against: itself, or how far it lies below or above the baseline's. */
export const boundKinds = ['min', 'max', 'maxDrop', 'maxRise'] as const;
export type BoundKind = (typeof boundKinds)[number];

/** How the numbers of several layers become one. `share`: of the layers whose number lies `below` or `above`. */
export const aggregates = ['mean', 'median', 'min', 'max', 'sum', 'share'] as const;
export type Aggregate = (typeof aggregates)[number];

/**
 * One rule of a gate. Of several about one number of a layer and one kind of bound, the last counts.
 */
export interface Rule extends Readonly<Partial<Record<BoundKind, number>>> {
  /** Globs on names; absent: all layers. */
  readonly layers?: readonly string[];
  /** Operators; absent: all. */
  readonly op?: readonly string[];
  /** One of `layerStatistics`, or of `runStatistics`, which are about all layers chosen together. */
  readonly statistic: string;
  /** One number for all layers chosen, instead of each by itself. */
  readonly aggregate?: Aggregate;
  /** With `share`: which layers count. */
  readonly below?: number;
  readonly above?: number;
  /** `error` where nothing is said. */
  readonly level?: Level;
  /** Where the rule stands, for messages. */
  readonly origin: string;
}
