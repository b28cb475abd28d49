import type { Position, Resumption } from '../../data/feed.js';
import type { Provider } from '../../run/settingValues.js';
import type { MomentState } from '../state/momentState.js';

/** Where a pass stands between two runs of the model. */
export interface Place {
  /** Of the source, behind the last sample that was run. */
  readonly position: Position;
  /** Samples a class so far. */
  readonly labels: ReadonlyMap<string, number>;
  /** Samples that were run, and their batches. */
  readonly samples: number;
  readonly batches: number;
  /** The number of the next batch, and how many runs were sent so far: whose turn it is. */
  readonly number: number;
  readonly turn: number;
}

/** What one worker left behind. */
export interface WorkerState {
  /** The file that holds its moments. */
  readonly file: string;
  readonly state: MomentState;
}

/** All that a pass needs to go on as if it had never stopped. */
export interface PassState extends Omit<Place, 'position' | 'labels'> {
  readonly from: Resumption;
  /** What it ran on. */
  readonly provider: Provider;
  /** Seconds that the pass had taken. */
  readonly seconds: number;
  readonly workers: readonly WorkerState[];
}

/** A pass at rest: all that was sent has run. */
export interface Paused<Found> {
  readonly samples: number;
  readonly seconds: number;
  /** What has been found of each layer so far. The pass is not disturbed. */
  look(): Promise<readonly Found[]>;
  /**
   * Writes the moments of each worker into a file, and tells the rest.
   *
   * @param fileOf the file of a worker, by its index.
   */
  save(fileOf: (worker: number) => string): Promise<PassState>;
}

/** Something to do between batches. */
export interface Pause<Found> {
  /** Asked after every run that the source can tell the place of. */
  isDue(samples: number, seconds: number): boolean;
  /** Whether it is to take place once more when the pass is interrupted; asked then. */
  readonly atInterruption?: (seconds: number, reason: unknown) => boolean;
  /** @returns `enough` to end the pass here, as if the data ended. */
  take(paused: Paused<Found>): Promise<'goOn' | 'enough'>;
}
