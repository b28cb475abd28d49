/** A model as it goes to the runtime. */
export interface ModelBytes {
  /** A serialized `ModelProto`. */
  readonly bytes: Uint8Array;
  /** Where the external data files of the original model lie; absent where it has none. */
  readonly externalDataFolder?: string;
  /** It takes several batches in one run: its inputs have a leading axis of batches, and its outputs are sums. */
  readonly accumulates?: boolean;
  /** It takes several batches one after the other, and hands the sums on. */
  readonly carried?: CarriedSums;
  /** The same model for one batch a run, where `accumulates` and a provider may come up for which that is better. */
  readonly single?: Uint8Array;
}

/** Sums that a run takes up where the one before left them, so that they need not leave the device in between. */
export interface CarriedSums {
  /** The input, a bool scalar, that says that none are there yet. */
  readonly first: string;
  /** Which output, float32, goes into which input of the next run. */
  readonly values: readonly { readonly output: string; readonly input: string; readonly rank: number }[];
  /** Other outputs of a run that are to be added up. */
  readonly added: readonly string[];
  /** A model that has these outputs as inputs of the same names, and gives each as it is, called as that input is. */
  readonly reader: Uint8Array;
}

/** A model rewritten so that its only outputs are numbers about its layers: `Outputs` names those of one layer. */
export interface RewrittenModel<Outputs> extends ModelBytes {
  /** One entry for each observed layer, in graph order. */
  readonly layers: readonly Outputs[];
}
