import type { ObservedLayer, PassState, Pause } from '../../engine/observe.js';
import { InterruptedError, messageOf, signalIn, UserError } from '../../errors.js';
import { CheckpointFolder } from './checkpointFolder.js';
import { differenceOf, type Work } from './work.js';

/** Seconds between checkpoints where nothing is said: runs of less have none. */
export const CHECKPOINT_SECONDS = 60;

export interface CheckpointOptions {
  /** Where the run is to go: the checkpoint stands beside it. */
  readonly out: string;
  readonly work: Work;
  /** Seconds between two of them. */
  readonly seconds: number;
  /** Go on from the one that stands there. */
  readonly resume: boolean;
  readonly onNotice?: (text: string) => void;
}

/** Keeps the state of a pass beside its run, so that it can be resumed. */
export class Checkpointing {
  readonly #folder: CheckpointFolder;
  readonly #options: CheckpointOptions;
  #due: number;
  #hasFailed = false;
  #kept: number | undefined;

  private constructor(
    folder: CheckpointFolder,
    options: CheckpointOptions,
    /** What to go on from. */
    readonly from: PassState | undefined,
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#due = (from?.seconds ?? 0) + options.seconds;
    this.#kept = from?.samples;
  }

  /**
   * Reads what stands there.
   *
   * @throws UserError where that is of other work, or cannot be read.
   */
  static async open(options: CheckpointOptions): Promise<Checkpointing> {
    const { out, work, resume, onNotice } = options;
    const folder = new CheckpointFolder(checkpointOf(out));
    if (!resume) {
      const found = await folder.read().catch(() => undefined);
      if (found && (await differenceOf(found.work, work)) === undefined) {
        onNotice?.(
          `an earlier pass was left after ${found.state.samples} samples: --resume goes on from there; this one begins again`,
        );
      }
      return new Checkpointing(folder, options, undefined);
    }
    const found = await folder.read();
    if (!found) {
      onNotice?.('--resume: there is no checkpoint, so the pass begins at the beginning');
      return new Checkpointing(folder, options, undefined);
    }
    const difference = await differenceOf(found.work, work);
    if (difference !== undefined) {
      throw new UserError(
        `--resume: the checkpoint ${folder.path} is of another pass (${difference}): ask for the same again, or leave out --resume to begin again`,
      );
    }
    onNotice?.(`goes on after ${found.state.samples} samples`);
    return new Checkpointing(folder, options, found.state);
  }

  get pause(): Pause<ObservedLayer> {
    return {
      isDue: (_, seconds) => seconds >= this.#due,
      // Of a pass of seconds nobody misses anything, unless it is sent away.
      atInterruption: (seconds, reason) => seconds >= this.#options.seconds || signalIn(reason) === 'SIGTERM',
      take: async (paused) => {
        try {
          const { samples } = await this.#folder.write(this.#options.work, (fileOf) => paused.save(fileOf));
          this.#kept = samples;
        } catch (error) {
          // A full disk is no reason to lose the pass itself.
          if (!(error instanceof UserError)) throw error;
          if (!this.#hasFailed) {
            this.#options.onNotice?.(
              `the checkpoint beside the run cannot be written (${messageOf(error)}): going on without a new one`,
            );
          }
          this.#hasFailed = true;
        }
        this.#due = paused.seconds + this.#options.seconds;
        return 'goOn';
      },
    };
  }

  /** What an interruption leaves behind is told with it. */
  explained(error: unknown): unknown {
    if (!(error instanceof InterruptedError) || this.#kept === undefined) return error;
    const kept = `a checkpoint of the first ${this.#kept} stands beside the run: --resume goes on from there`;
    return new InterruptedError(error.message, error.samples, kept);
  }

  /** The run is written: nothing is to resume. */
  async done(): Promise<void> {
    await this.#folder.remove().catch(() => {});
  }
}

/** The directory beside a run for the state of the pass that makes it. */
export const checkpointOf = (out: string): string => `${out.replace(/[/\\]+$/, '')}.checkpoint`;
