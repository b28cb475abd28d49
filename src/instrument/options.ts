/** `channelwise`: every position is an observation; the others give one row a sample. */
export type ConvMethod = 'channelwise' | 'mean' | 'max' | 'median' | 'flatten';

/** `last`: the last step; `timestepwise`: each step an observation; `flatten`: steps × units as features. */
export type SequenceMethod = 'last' | 'timestepwise' | 'flatten';

/** What the products behind the moments are computed in. Sums over batches are float64 in any case. */
export type Precision = 'float64' | 'float32';

/** `nearest` and `linear` as `torch.nn.functional.interpolate` has them (linear: half-pixel, no antialias). */
export type Interpolation = 'nearest' | 'linear';

export type MeasureAt = 'cheaper' | 'output';

/** How activations become observations. */
export interface InstrumentOptions {
  readonly convMethod: ConvMethod;
  /** For all layers with steps; absent: `last` for recurrent layers, `timestepwise` for linear ones. */
  readonly sequenceMethod?: SequenceMethod;
  readonly precision: Precision;
  /** Two-dimensional feature maps with a side longer than this are resized to this size × this size first. */
  readonly interpolate?: number;
  readonly interpolation?: Interpolation;
  /**
   * Where layers are measured. `cheaper`: wide linear layers at their inputs, where these have fewer features, and the
   * moments of the output follow from these and the weights; `output` (what counts where nothing is said): all at
   * their outputs.
   */
  readonly measureAt?: MeasureAt;
}
