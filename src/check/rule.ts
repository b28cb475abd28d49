/** How much a broken rule weighs; `off` takes an earlier rule back. */
export type Level = 'error' | 'warn' | 'off';

/** What a number is held against: itself, or how far it lies below or above the baseline's. */
export const boundKinds = ['min', 'max', 'maxDrop', 'maxRise'] as const;
export type BoundKind = (typeof boundKinds)[number];

interface KindOfBound {
  /** Whether it bounds how far a number lies from the baseline's. */
  readonly isRelative: boolean;
  /** What is held against the bound: the number, or how far it moved from the baseline's. */
  bounded(value: number, baseline: number): number;
  /** How far that lies beyond the bound; not above 0 where it holds. */
  beyond(bounded: number, bound: number): number;
}

const above = (bounded: number, bound: number): number => bounded - bound;
const itself = (value: number): number => value;

/** How each kind of bound is held against a number. */
export const kindsOfBound: Readonly<Record<BoundKind, KindOfBound>> = {
  min: { isRelative: false, bounded: itself, beyond: (bounded, bound) => bound - bounded },
  max: { isRelative: false, bounded: itself, beyond: above },
  maxDrop: { isRelative: true, bounded: (value, baseline) => baseline - value, beyond: above },
  maxRise: { isRelative: true, bounded: (value, baseline) => value - baseline, beyond: above },
};

/** Whether a rule needs a baseline. */
export const isCompared = (rule: Rule): boolean =>
  boundKinds.some((kind) => rule[kind] !== undefined && kindsOfBound[kind].isRelative);

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
  /**
   * Above 0 and below 1: a number that lies beyond its bound by no more than chance explains, with that confidence, breaks
   * nothing. Only for numbers whose error a run tells.
   */
  readonly confidence?: number;
  /** `error` where nothing is said. */
  readonly level?: Level;
  /** The bound on saturation that it was made of; absent where it was written as a rule. */
  readonly option?: string;
  /** Where the rule stands, for messages; of a bound on saturation with its glob and number. */
  readonly origin: string;
}
