import type { Feed } from '../../data/feed.js';
import type { Share } from '../../data/selection.js';
import type { LiftModel, MomentOutputs } from '../../instrument/instrumentedModel.js';
import type { CoordinateOutput } from '../../instrument/project.js';
import type { ModelBytes } from '../../instrument/rewrittenModel.js';
import type { Provider } from '../../run/schema.js';
import type { Collected } from '../collect/collector.js';
import type { EmbeddedLayer } from '../collect/layerCoordinates.js';
import type { ObservedLayer } from '../collect/layerMoments.js';
import type { BatchCost } from '../feeds/batchTuner.js';
import type { MayCut, Step } from '../feeds/stepDown.js';
import type { SessionOptions } from '../session/modelSession.js';
import type { MomentState } from '../state/momentState.js';
import type { WorkerState } from './pause.js';

/** What a pass over the data is for, with the names of the outputs of the model that was rewritten for it. */
export type Task =
  | {
      readonly kind: 'moments';
      readonly outputs: readonly MomentOutputs[];
      /** For layers that are measured at their inputs. */
      readonly lifts?: readonly LiftModel[];
      /** The model's own output with a score a class, to be held against the labels. */
      readonly classOutput?: string;
      /** Keep the moments apart by groups of batches, so that errors can be told. */
      readonly uncertainty?: boolean;
      /** Leave samples out on which NaN or Inf comes up. */
      readonly skipsNonFinite?: boolean;
      /** The moments are to be written, by group where they are kept so: also those of layers that are measured at inputs. */
      readonly keepsMoments?: boolean;
      /** Of the whole pass, where that is known and one worker sees them all. */
      readonly expectedSamples?: number;
    }
  | {
      readonly kind: 'coordinates';
      readonly outputs: readonly CoordinateOutput[];
      /** What the first pass saw. */
      readonly samples: number;
    };

/** What a pass finds out of each layer. */
export interface FoundBy {
  readonly moments: ObservedLayer;
  readonly coordinates: EmbeddedLayer;
}

/** What the worker is started with. */
export interface WorkerStart {
  readonly task: Task;
  readonly model: ModelBytes;
  readonly options: WorkerOptions;
  /**
   * One int32, as soon as the worker is to stop 1, or 2: to pass over the feeds that wait, but to save or tell what it is
   * asked for. Shared, because a message would wait behind the queued feeds.
   */
  readonly stop: Int32Array<SharedArrayBuffer>;
  /** What an earlier pass left behind. */
  readonly restore?: WorkerState;
}

export interface WorkerOptions extends SessionOptions {
  /** The batch size that the model fixes; feeds are cut and filled up to it. */
  readonly fixedBatch?: number;
  /** Which batches are cut in half where they are too large for the provider. */
  readonly mayCut: MayCut;
  /** Feeds are those of one share of the batches. */
  readonly share?: Share;
}

/**
 * From the main thread: batches for one run, or that the last ones were sent; to write the moments into a file, or to tell
 * what has been found so far.
 */
export type ToWorker =
  | ({ readonly kind: 'feed' } & Batches)
  | { readonly kind: 'end' }
  | { readonly kind: 'save'; readonly file: string }
  | { readonly kind: 'look' };

/** One batch, or several for one run. */
export interface Batches {
  readonly feed: Feed;
  /** Samples that the model takes at once; the last batch may hold fewer. */
  readonly batch: number;
  /** The number of the first batch in the pass, counted from 1. */
  readonly number: number;
}

/** What a worker has to say beside what it found of each layer. */
export type Remarks = Pick<Collected<never>, 'answers' | 'offending' | 'skipped'>;

/** From the worker. `failed` and `found` are the last that it says. */
export type FromWorker<Found> =
  | {
      readonly kind: 'opened';
      readonly provider: Provider;
      readonly notice: string | undefined;
      readonly accumulates: boolean;
    }
  /** With the buffers of the feed, which are done with. */
  | ({ readonly kind: 'ran'; readonly buffers: readonly ArrayBuffer[] } & BatchCost)
  | { readonly kind: 'passedOver' }
  | { readonly kind: 'saved'; readonly state: MomentState }
  | { readonly kind: 'seen'; readonly layers: readonly Found[] }
  | { readonly kind: 'steppedDown'; readonly step: Step }
  | ({ readonly kind: 'found'; readonly layers: readonly Found[] } & Remarks)
  | {
      readonly kind: 'failed';
      readonly userError: boolean;
      readonly message: string;
      readonly stack?: string;
    };
