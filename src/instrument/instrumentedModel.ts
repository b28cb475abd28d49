import type { ModelBytes, RewrittenModel } from './rewrittenModel.js';

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
  /** The sums stay on the device: `sum`, `scatter` and `shift` are float32, and go into these inputs of the next run. */
  readonly carried?: { readonly sum: string; readonly scatter: string; readonly shift: string };
  /** float64, `[3]`: the largest magnitude, how many values are beyond float16's range, and how many there are. */
  readonly magnitudes?: string;
  /**
   * The outputs are about the layer's input: which model turns them into the moments of its output (an index of
   * `InstrumentedModel.lifts`), and which of its outputs are these. Layers with one input share it.
   */
  readonly lifted?: { readonly model: number; readonly features: number; readonly outputs: LiftedOutputs };
}

/** Names of the outputs of a lift that are about one layer, all float64. */
export interface LiftedOutputs {
  /** `[features]`: the mean of y. */
  readonly mean: string;
  /** `[features, features]`: W L (W L)ᵀ, the covariance of y. */
  readonly covariance: string;
  /** `[columns, columns]`: (W L)ᵀ W L, which has the same eigenvalues. */
  readonly inner: string;
  /** `[inputs, inputs]`: WᵀW, by which the spectrum of y follows from any other covariance of x. */
  readonly gram: string;
  /** `[features]`: the squared length of each row of [W b]. */
  readonly squares: string;
}

/** A model that turns mean and covariance of x into those of y = W x + b, for every layer that has the input x. */
export interface LiftModel extends ModelBytes {
  /** Name of the input, float64, `[inputs]`: the mean of x. */
  readonly mean: string;
  /** Name of the input, float64, `[inputs, columns]`: L, where L Lᵀ is the covariance of x. */
  readonly factor: string;
}

/** A model rewritten so that its only outputs are moments. */
export interface InstrumentedModel extends RewrittenModel<MomentOutputs> {
  readonly lifts?: readonly LiftModel[];
}
