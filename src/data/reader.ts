import type { ModelInput } from '../onnx/modelInput.js';
import type { TensorData } from './feed.js';
import type { DataOptions, ReaderOptions } from './options.js';
import type { FailedSample, SampleStream } from './sample.js';

/** What stands at a source's path. */
export interface SourceEntry {
  /** The source as the user wrote it. */
  readonly source: string;
  readonly kind: 'file' | 'directory' | 'absent';
  /** The extension, lower case, with the dot; empty where there is none. */
  readonly extension: string;
  /** The first bytes of a file. */
  readonly head: Uint8Array;
}

/** A reader: one file, one line in the registry. */
export interface Reader {
  readonly name: string;
  /** What it takes, in words, for the message about a source that nobody recognises. */
  readonly takes: string;
  /** It gives batches that the source has made, which may have tensors without a batch axis. */
  readonly ownBatches?: boolean;
  /** The options that it looks at beside those of all readers; the others are refused where it reads alone. */
  readonly options?: readonly ReaderOptions[];
  detect(entry: SourceEntry): boolean | Promise<boolean>;
  /**
   * Opens a source for `inputs`, which it has to feed all.
   *
   * @throws UserError where the source is damaged, empty, or does not suit the inputs.
   */
  open(source: string, inputs: readonly ModelInput[], options: DataOptions): Promise<OpenedSource>;
}

/** Tensors that come as a batch of their own. */
export interface ReadyBatch {
  readonly origin: string;
  readonly samples: number;
  readonly tensors: Readonly<Record<string, TensorData>>;
}

interface Opened {
  /** What was done to the values; empty where nothing was. */
  readonly preprocessing?: Readonly<Record<string, unknown>>;
  /** What was done to the values without being asked for, in words for people. */
  readonly notices?: readonly string[];
  close?(): Promise<void>;
}

/** Samples that are gathered into batches: a stream for each input, all in step. */
export interface OpenedStreams extends Opened {
  readonly streams: ReadonlyMap<string, SampleStream>;
}

/** Batches as the source has them. */
export interface OpenedBatches extends Opened {
  /** Batch `k` counts from 0; those that are not wanted are not read. */
  batches(isWanted: (k: number) => boolean): AsyncIterable<ReadyBatch | FailedSample>;
}

export type OpenedSource = OpenedStreams | OpenedBatches;
