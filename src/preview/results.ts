import type { TensorData } from '../data/feed.js';

/** What the values of an input are drawn as. */
export type DrawnAs = 'image' | 'line' | 'text' | 'nothing';

/** The values that enter one input of a model, over all samples that were looked at. */
export interface PreviewedInput {
  readonly name: string;
  readonly type: TensorData['type'];
  /** Without the batch axis, of the first sample. */
  readonly shape: readonly number[];
  /** `null` where no value is finite. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly std: number | null;
  /** Share of the values that are 0. */
  readonly zeros: number;
  /** Values that are NaN or infinite. */
  readonly nonFinite: number;
  readonly drawnAs: DrawnAs;
}

/** One sample as it enters the model. */
export interface PreviewedSample {
  readonly origin?: string;
  readonly label?: string;
  /** What tokens stand for, by input. */
  readonly texts: ReadonlyMap<string, string>;
  /** By input, without the batch axis. */
  readonly values: ReadonlyMap<string, SampleValues>;
}

export interface SampleValues {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

/** The first samples of a data set as they enter a model. */
export interface Preview {
  readonly model: string;
  readonly source: string;
  readonly reader: string;
  /** Samples in the source, where that is known. */
  readonly available: number | undefined;
  readonly preprocessing: Readonly<Record<string, unknown>>;
  readonly inputs: readonly PreviewedInput[];
  readonly samples: readonly PreviewedSample[];
  /** What looks wrong for a network, in words. */
  readonly doubts: readonly string[];
}
