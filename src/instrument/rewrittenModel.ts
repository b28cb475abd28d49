/** A model as it goes to the runtime. */
export interface ModelBytes {
  /** A serialized `ModelProto`. */
  readonly bytes: Uint8Array;
  /** Where the external data files of the original model lie; absent where it has none. */
  readonly externalDataFolder?: string;
  /** It takes several batches in one run: its inputs have a leading axis of batches, and its outputs are sums. */
  readonly accumulates?: boolean;
  /** The same model for one batch a run, where `accumulates` and a provider may come up for which that is better. */
  readonly single?: Uint8Array;
}

/** A model rewritten so that its only outputs are numbers about its layers: `Outputs` names those of one layer. */
export interface RewrittenModel<Outputs> extends ModelBytes {
  /** One entry for each observed layer, in graph order. */
  readonly layers: readonly Outputs[];
}
