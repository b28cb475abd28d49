import type { Summary } from './paired.js';

/** What is wanted of a ratio. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** A line of the table at the end: one comparison. */
export interface Row {
  readonly work: string;
  /** Absent where it could not be measured. */
  readonly ratio?: Summary;
  /** Absent where the ratio is only reported. */
  readonly bound?: Bound;
  /** Why there is no ratio, or what to know about it. */
  readonly remark?: string;
}

/** Whether the median reaches the bound; undefined where there is nothing to say. */
export function reached({ ratio, bound }: Row): boolean | undefined {
  if (!ratio || !bound) return undefined;
  return 'atMost' in bound ? ratio.median <= bound.atMost : ratio.median >= bound.atLeast;
}

/** A peer that is not there: it stands in the table all the same. */
export function notInstalled(work: string, bound: Bound | undefined, missing: string): Row {
  return { work, bound, remark: `not installed (${missing}): pip install -r bench/peers/requirements.txt` };
}
