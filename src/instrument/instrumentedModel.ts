import type { RewrittenModel } from './rewrittenModel.js';

/** Names of the graph outputs that carry one layer's moments of one batch. */
export interface MomentOutputs {
  /** The layer's name, unique in the model. */
  readonly layer: string;
  /** int64 scalar: observations (rows). */
  readonly count: string;
  /** float64, `[features]`: Σ (x − shift). */
  readonly sum: string;
  /** float64, `[features, features]`: Σ (x − shift)(x − shift)ᵀ. */
  readonly scatter: string;
  /** float64, `[features]`: what was subtracted from every observation of this batch; absent = nothing was. */
  readonly shift?: string;
}

/** A model rewritten so that its only outputs are moments. */
export type InstrumentedModel = RewrittenModel<MomentOutputs>;
