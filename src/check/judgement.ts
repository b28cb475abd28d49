import type { BoundKind, Rule } from './rule.js';

/** One bound of a rule held against one layer, or against the run as a whole. */
export interface Judgement {
  readonly rule: Rule;
  readonly kind: BoundKind;
  readonly bound: number;
  /** What is bounded, in words: `saturation`, `mean trace`, `tail`. */
  readonly statistic: string;
  /** Absent for rules on the run as a whole. */
  readonly layer?: string;
  /** `null` where there is no number to judge. */
  readonly value: number | null;
  /** The baseline's, for `maxDrop` and `maxRise`. */
  readonly baseline?: number | null;
  /** By how much it may lie beyond the bound by chance, where the rule asks for that (`confidence`) and a run tells it. */
  readonly margin?: number;
  readonly outcome: 'passed' | 'warned' | 'failed';
  /**
   * Why it did not pass. `bound`: the number lies beyond it. `invalid`: there is no number to judge, here or in the
   * baseline. `gone`: the baseline has the layer, the run has not.
   */
  readonly reason?: 'bound' | 'invalid' | 'gone';
  /** What was found, in words. */
  readonly message: string;
  /** Doubts about the layer's numbers, in words. */
  readonly warnings: readonly string[];
}
