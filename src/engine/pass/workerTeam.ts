import type { ModelBytes } from '../../instrument/rewrittenModel.js';
import { addedAnswers } from '../collect/classCounts.js';
import { mergeFound } from '../collect/mergeFound.js';
import { type InferenceEvents, InferenceWorker } from './inferenceWorker.js';
import type { Batches, FoundBy, Remarks, Task, WorkerOptions } from './messages.js';
import type { WorkerState } from './pause.js';

/** A task whose models another worker may take over. */
function copyOf<T extends Task>(task: T): T {
  if (task.kind !== 'moments' || !task.lifts) return task;
  return { ...task, lifts: task.lifts.map((lift) => ({ ...lift, bytes: lift.bytes.slice() })) };
}

/**
 * One worker a device. Batches are dealt out in turn, whichever device is faster, so that a run can be repeated to
 * the bit.
 */
export class WorkerTeam<T extends Task> {
  readonly #task: T;
  readonly #workers: readonly InferenceWorker<T>[];
  /** Rejects when a worker fails: for those who wait for something else meanwhile. */
  readonly failed: Promise<never>;
  #turn = 0;

  /**
   * Takes over the buffer of the model's bytes.
   *
   * @param devices one worker each; coordinates, which have an order, take the first only.
   */
  constructor(
    task: T,
    model: ModelBytes,
    options: Omit<WorkerOptions, 'device'>,
    devices: readonly (number | undefined)[],
    events: InferenceEvents,
    /** What an earlier pass left behind: whose turn it is, and what each worker had found. */
    restore: { readonly turn: number; readonly workers: readonly WorkerState[] } = { turn: 0, workers: [] },
  ) {
    this.#task = task;
    const used = task.kind === 'coordinates' ? devices.slice(0, 1) : devices;
    // Each worker takes a buffer over, the last one the original.
    const copies = used.map((_, i) =>
      i === used.length - 1 ? model : { ...model, bytes: model.bytes.slice(), single: model.single?.slice() },
    );
    this.#workers = used.map(
      (device, i) =>
        new InferenceWorker(
          i === used.length - 1 ? task : copyOf(task),
          copies[i],
          { ...options, device },
          events,
          restore.workers[i],
        ),
    );
    this.#turn = restore.turn;
    this.failed = Promise.race(this.#workers.map(({ failed }) => failed));
    this.failed.catch(() => {});
  }

  /** Waits until another batch may be read. Rejects where the worker whose turn it is has failed. */
  async slot(): Promise<void> {
    await this.#next().slot();
  }

  /** Sends batches for one run to the worker whose turn it is. The buffers of their tensors are empty here afterwards. */
  send(batches: Batches): void {
    this.#next().send(batches);
    this.#turn++;
  }

  /** How many runs were sent. */
  get turn(): number {
    return this.#turn;
  }

  /** Waits until all that was sent has run. */
  async idle(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.idle()));
  }

  /** Asks for what is at work only, and to pass over what waits. */
  hurry(): void {
    for (const worker of this.#workers) worker.hurry();
  }

  /** Writes the moments of each worker into a file of its own. */
  async save(fileOf: (worker: number) => string): Promise<WorkerState[]> {
    return Promise.all(this.#workers.map((worker, i) => worker.save(fileOf(i))));
  }

  /** What has been found so far, of all workers together. */
  async look(): Promise<readonly FoundBy[T['kind']][]> {
    return this.#together(await Promise.all(this.#workers.map((worker) => worker.look())));
  }

  /** Of all workers together; there once `finish` is through. */
  get remarks(): Remarks {
    const parts = this.#workers.map(({ remarks }) => remarks);
    const answers = parts.flatMap(({ answers }) => answers ?? []);
    const skipped = parts.flatMap(({ skipped }) => skipped ?? []);
    const [offending] = parts.flatMap(({ offending }) => offending ?? []).sort((a, b) => a.number - b.number);
    return {
      ...(answers.length > 0 ? { answers: addedAnswers(answers) } : {}),
      ...(skipped.length > 0
        ? {
            skipped: {
              count: skipped.reduce((sum, { count }) => sum + count, 0),
              origins: skipped.flatMap(({ origins }) => origins),
            },
          }
        : {}),
      ...(offending ? { offending } : {}),
    };
  }

  /** Waits for all batches and fetches the result. */
  async finish(): Promise<readonly FoundBy[T['kind']][]> {
    return this.#together(await Promise.all(this.#workers.map((worker) => worker.finish())));
  }

  #together(found: readonly (readonly FoundBy[T['kind']][])[]): readonly FoundBy[T['kind']][] {
    if (found.length === 1 || this.#task.kind !== 'moments') return found[0];
    return mergeFound(found as FoundBy['moments'][][]) as readonly FoundBy[T['kind']][];
  }

  /** Ends when all threads have. */
  get exited(): Promise<unknown> {
    return Promise.all(this.#workers.map(({ exited }) => exited));
  }

  /** As of a single worker. */
  async stop(grace: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(grace)));
  }

  #next(): InferenceWorker<T> {
    return this.#workers[this.#turn % this.#workers.length];
  }
}
