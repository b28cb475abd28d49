/** `channelwise`: every position is an observation; the others give one row per sample. */
export const convMethods = ['channelwise', 'mean', 'max', 'median', 'flatten'] as const;
export type ConvMethod = (typeof convMethods)[number];

/** `last`: the last step; `timestepwise`: each step an observation; `flatten`: steps × units as features. */
export const sequenceMethods = ['last', 'timestepwise', 'flatten'] as const;
export type SequenceMethod = (typeof sequenceMethods)[number];

/** What the products behind the moments are computed in. Sums over batches are float64 in any case. */
export const precisions = ['float64', 'float32'] as const;
export type Precision = (typeof precisions)[number];

/** `nearest` and `linear` as `torch.nn.functional.interpolate` has them (linear: half-pixel, no antialias). */
export const interpolations = ['nearest', 'linear'] as const;
export type Interpolation = (typeof interpolations)[number];

/** Where layers are measured; see `InstrumentOptions.measureAt`. */
export const measuringSides = ['cheaper', 'output'] as const;
export type MeasureAt = (typeof measuringSides)[number];

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
  /** Also give the largest magnitude of each layer, and how many values lie beyond float16's range; measured at outputs. */
  readonly magnitudes?: boolean;
}
