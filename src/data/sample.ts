import type { ElementType, NumericArray } from '../onnx/elementType.js';
import type { Selection } from './selection.js';

/** One sample as its source gives it, before it is fitted to a model's input. */
export interface Sample {
  readonly type: ElementType;
  /** `dims` multiplied elements; may be a view into memory that the reader shares between samples. */
  readonly data: NumericArray;
  /** Writes `data` into a part of a batch, which saves whoever has yet to make it a copy; `type` is float32 then. */
  writeTo?(target: Float32Array, offset: number): void;
  /** The shape without the batch axis. */
  readonly dims: readonly number[];
  /** The class, where the source knows it. */
  readonly label?: string;
  /** It is the first of its file, or of what else hangs together in order: a state is forgotten before it. */
  readonly begins?: boolean;
  /** Where it comes from, for messages: `digits.npy, sample 17`. */
  readonly origin: string;
}

/** A sample that could not be read; those after it still can. */
export interface FailedSample {
  readonly origin: string;
  /** What is wrong and what to do about it, without a full stop. */
  readonly reason: string;
}

export type ReadSample = Sample | FailedSample;

export const isFailed = (sample: object): sample is FailedSample => 'reason' in sample;

/** The class of a sample, given its values for each input: the first that knows it. */
export const labelOf = (values: readonly Sample[]): string | undefined =>
  values.find(({ label }) => label !== undefined)?.label;

/** What shorter samples of a batch are filled up with, and where. */
export interface Padding {
  readonly value: number;
  /** Before them, instead of after. */
  readonly left: boolean;
}

/** The samples of one source for one input. */
export interface SampleStream {
  /** The source in short, for messages. */
  readonly origin: string;
  /** Samples in the source; `undefined` until they are known (for CSV: after one pass). */
  readonly size: number | undefined;
  /** The samples are rows of numbers that take whatever shape of that many elements the input has. */
  readonly shapeless?: boolean;
  /** Samples of one axis, of any length: those of a batch are filled up to the longest, or to what the input fixes. */
  readonly padding?: Padding;
  /** The samples have classes. */
  readonly labelled?: boolean;
  /** Chosen samples may be read in any order, not only ascending, and that takes next to no longer. */
  readonly anyOrder?: boolean;
  /**
   * One pass over the selected samples, in order, in chunks of bounded memory. A sample that cannot be read
   * takes its place as a `FailedSample`.
   *
   * @throws UserError where the source as a whole is at fault.
   */
  read(selection: Selection): AsyncIterable<readonly ReadSample[]>;
}
