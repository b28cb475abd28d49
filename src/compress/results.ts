import type { LayerChange } from './compressModel.js';

/** How close a model's outputs are to those of the original. */
export interface Fidelity {
  /** Share of rows of the first output whose largest entry is where the original has it; `null` without such rows. */
  readonly agreement: number | null;
  /** ‖a − b‖ / ‖b‖ over all samples, for each output; `null` where shapes differ or it is not of numbers. */
  readonly outputs: readonly { readonly name: string; readonly relativeError: number | null }[];
}

/** Before and after. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

/** How a smaller model does beside the original. */
export interface Measured {
  /** For one sample. */
  readonly macs: Change;
  readonly parameters: Change;
  /** Of the model file with its external data; an estimate without `output`. */
  readonly bytes: Change;
  readonly millisecondsPerSample: Change;
  /** Absent where no class is known. */
  readonly accuracy?: Change & { readonly samples: number };
  readonly fidelity: Fidelity;
}

/** The run that the eigenvectors come from, and what it was made of. */
export interface StoredDirections {
  readonly path: string;
  readonly source: string;
  readonly samples: number;
}

export interface Compression extends Measured {
  readonly model: { readonly path: string; readonly sha256: string };
  readonly output: string | null;
  readonly data: {
    /** What the models were measured on. */
    readonly source: string;
    readonly samples: number;
    /** Whether these are samples that a pass of this call left out of the eigenvectors. */
    readonly heldOut: boolean;
    /** Where the eigenvectors come from; absent: from `source`. */
    readonly run?: StoredDirections;
  };
  /** By layer: one for all, or what the search found. */
  readonly thresholds: Readonly<Record<string, number>>;
  readonly layers: readonly (LayerChange & {
    readonly threshold: number | null;
    readonly explained: number | null;
  })[];
  readonly sweep?: readonly (Measured & { readonly threshold: number })[];
  readonly control?: Measured;
  /** What is doubtful about the accuracy, or why there is none, in words. */
  readonly warnings?: readonly string[];
}

/** How a model with projected layers does beside the original. */
export interface Projected {
  readonly threshold: number;
  /** The one layer that is projected; absent: all that were chosen. */
  readonly layer?: string;
  readonly accuracy: number | null;
  readonly agreement: number | null;
  readonly outputs: Fidelity['outputs'];
}

export interface Projection {
  readonly model: { readonly path: string; readonly sha256: string };
  readonly output: string | null;
  readonly data: { readonly source: string; readonly samples: number; readonly run?: StoredDirections };
  readonly random: boolean;
  /** Of the original; `null` where no class is known. */
  readonly accuracy: number | null;
  readonly layers: readonly { readonly name: string; readonly features: number; readonly kept: number }[];
  /** Layers that were not projected, and why. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
  readonly result: Projected;
  readonly sweep?: readonly Projected[];
  /** What is doubtful about the accuracy, or why there is none, in words. */
  readonly warnings?: readonly string[];
}
