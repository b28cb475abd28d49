import type { ElementType, NumericArray } from '../onnx/elementType.js';
import type { BufferPool } from './bufferPool.js';
import type { Share } from './selection.js';

/** A dense tensor in row-major order. */
export interface TensorData {
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** `dims` multiplied elements. Owned by whoever holds the feed: the engine transfers its buffer to a worker. */
  readonly data: NumericArray;
}

/** One batch: a tensor for every model input, each with the samples along its first axis. */
export interface Feed {
  readonly samples: number;
  /** By input, which may be called `__proto__`: made with `Object.fromEntries`, never by assignment. */
  readonly tensors: Readonly<Record<string, TensorData>>;
  /** The class of each sample; absent where the source knows none. */
  readonly labels?: readonly (string | undefined)[];
  /** Where each sample comes from, for messages: `digits.npy, sample 17`; absent where nobody can tell. */
  readonly origins?: readonly string[];
  /** Which samples begin a sequence; absent: none but the first of all. */
  readonly begins?: readonly boolean[];
  /** How far the source was read for this feed and those before it. */
  readonly end?: Position;
}

/** A place in a source, from which a later pass can go on. */
export interface Position {
  /** How many samples were drawn at a time so far; none where samples come in order. */
  readonly draws: readonly number[];
  /** Samples looked at since the last drawing, or of all; for sources that bring their own batches, batches. */
  readonly rows: number;
  /** Samples in all feeds so far. */
  readonly given: number;
  /** Samples left out so far. */
  readonly skipped: number;
}

/** Where to go on, and what was met before it. */
export interface Resumption extends Position {
  /** Samples a class. */
  readonly labels: ReadonlyMap<string, number>;
  /** The first of the samples that were left out. */
  readonly skippedSamples: readonly SkippedSample[];
}

/** A sample that could not be used, and why, in words. */
export interface SkippedSample {
  readonly origin: string;
  readonly reason: string;
}

export interface FeedOptions {
  /** Samples a feed; only the last may hold fewer. Sources that bring their own batches (ONNX test sets) ignore it. */
  readonly batchSize: number;
  /** Stop after exactly that many samples: the last feed is cut. */
  readonly maxSamples?: number;
  /**
   * How many samples the next feed should hold, of sources that gather: several batches, if that many have one shape. Asked
   * before each feed; absent: one batch.
   */
  readonly wanted?: () => number;
  /** Use the k-th, 2k-th, 3k-th … batch only (1 = all), as Python Delve's `log_interval`. */
  readonly every?: number;
  /**
   * Of the feeds that there would be without it, only those of one share. In place of a sample that is left out no
   * other one is drawn then.
   */
  readonly share?: Share;
  /** Read the samples in random order, from the source's `shuffleSeed`, so that each batch is like all. */
  readonly shuffle?: boolean;
  /** Go on from here; every other option has to be what it was. */
  readonly from?: Resumption;
  /** Where batches get their memory from; absent: each has new one. */
  readonly memory?: BufferPool;
  readonly signal?: AbortSignal;
}

/** The data of a run, opened and known to suit the model's inputs. */
export interface FeedSource {
  /** The reader's name: `images`, `npy`, `csv`, `random`, … */
  readonly reader: string;
  /** What the user named, for the report. */
  readonly source: string;
  /** Samples in the source where they are known beforehand. */
  readonly size: number | undefined;
  /** Samples a class, for sources with labels; filled while the feeds are read. */
  readonly labels: ReadonlyMap<string, number>;
  /** Whether samples have classes, as far as the source can tell beforehand. */
  readonly labelled?: boolean;
  /** The seed by which a limited number of samples is drawn; absent: a limit takes the first. */
  readonly drawSeed?: number;
  /** The seed of a random order, where samples can be read in any; absent: they cannot, or are not to be. */
  readonly shuffleSeed?: number;
  /** Whether it heeds `wanted`. */
  readonly gathers?: boolean;
  /** What `--on-error skip` left out, the first 100; filled while the feeds are read. */
  readonly skipped: readonly SkippedSample[];
  /** How many samples it left out in all. */
  readonly skippedCount: number;
  /** What was done to the values without being asked for, in words for people. */
  readonly notices?: readonly string[];
  /** What was done to the values (scale, mean, resize, …), for the run; empty where nothing was. */
  readonly preprocessing: Readonly<Record<string, unknown>>;
  /**
   * One pass over the data. May be called again for another pass, which clears `labels` and `skipped`.
   * Throws `UserError` for what the user can fix, and the signal's reason when it is aborted.
   */
  feeds(options: FeedOptions): AsyncIterable<Feed>;
  close(): Promise<void>;
}
