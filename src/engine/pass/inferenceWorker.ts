import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../../errors.js';
import type { ModelBytes } from '../../instrument/rewrittenModel.js';
import type { Provider } from '../../run/schema.js';
import type { BatchCost } from '../feeds/batchTuner.js';
import type { Step } from '../feeds/stepDown.js';
import { ownBuffers, transferable } from '../feeds/transferable.js';
import type { MomentState } from '../state/momentState.js';
import type {
  Batches,
  FoundBy,
  FromWorker,
  Remarks,
  Task,
  ToWorker,
  WorkerOptions,
  WorkerStart,
} from './messages.js';
import type { WorkerState } from './pause.js';

/** Batches on their way at one time: the one that runs, and two that are being read or wait. */
export const ON_THE_WAY = 3;

/** Workers that have not ended yet, also those that were given up on. */
const alive = new Set<object>();

/** Whether a worker is still at work, be it inside a native call that nothing can end. */
export function stillComputing(): boolean {
  return alive.size > 0;
}

export interface InferenceEvents {
  onOpened(provider: Provider, notice: string | undefined, accumulates: boolean): void;
  /** @param buffers of the feed, which are done with. */
  onBatch(cost: BatchCost, number: number, buffers: readonly ArrayBuffer[]): void;
  /** Something was too large for the provider, and is smaller from now on. */
  onStepDown(step: Step): void;
}

/** The main thread's side of the thread that ONNX Runtime computes in. */
export class InferenceWorker<T extends Task> {
  readonly #worker: Worker;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #events: InferenceEvents;
  /** Ends with the thread, whatever became of it. */
  readonly exited: Promise<void>;
  readonly #wantsLabels: boolean;
  /** Rejects when the worker fails: for those who wait for something else meanwhile. */
  readonly failed: Promise<never>;
  #reject: (error: Error) => void = () => {};
  #onTheWay = 0;
  #failure: Error | undefined;
  #found: readonly FoundBy[T['kind']][] | undefined;
  #remarks: Remarks = {};
  #saved: MomentState | undefined;
  #seen: readonly FoundBy[T['kind']][] | undefined;
  /** The numbers of what is on its way. */
  readonly #numbers: number[] = [];
  #wake: () => void = () => {};

  /** Takes over the buffers of the models' bytes: they may be hundreds of megabytes, and are not needed here again. */
  constructor(
    task: T,
    model: ModelBytes,
    options: WorkerOptions,
    events: InferenceEvents,
    restore?: WorkerState,
  ) {
    this.#events = events;
    this.#wantsLabels = task.kind === 'moments' && task.classOutput !== undefined;
    const { externalDataFolder, accumulates, carried } = model;
    const bytes = transferable(model.bytes);
    const single = model.single && transferable(model.single);
    const owned = withOwnLifts(task);
    const workerData: WorkerStart = {
      task: owned.task,
      model: { bytes, externalDataFolder, accumulates, carried, ...(single ? { single } : {}) },
      options,
      stop: this.#stop,
      ...(restore ? { restore } : {}),
    };
    this.failed = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.failed.catch(() => {});
    this.#worker = new Worker(new URL('./inferenceThread.js', import.meta.url), {
      workerData,
      transferList: [bytes.buffer, ...(single ? [single.buffer] : []), ...owned.buffers],
      name: 'delve inference',
      // Of a program given by --eval, its options would be refused here.
      execArgv: [],
    });
    alive.add(this);
    this.#worker.on('message', (message: FromWorker<FoundBy[T['kind']]>) => this.#hear(message));
    this.#worker.on('error', (error) => this.#fail(crash(error)));
    this.exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        alive.delete(this);
        if (!this.#found)
          this.#fail(new Error(`the inference thread ended unexpectedly (exit code ${code})`));
        resolve();
      });
    });
  }

  /** Waits until another batch may be read. Rejects where the worker has failed. */
  async slot(): Promise<void> {
    await this.#until(() => this.#onTheWay < ON_THE_WAY);
  }

  /** Sends batches for one run. The buffers of their tensors are transferred: they are empty here afterwards. */
  send({ feed, batch, number }: Batches): void {
    this.#onTheWay++;
    this.#numbers.push(number);
    const tensors = Object.entries(feed.tensors).map(
      ([input, tensor]) => [input, { ...tensor, data: transferable(tensor.data) }] as const,
    );
    const { samples, labels, origins, begins } = feed;
    const told = {
      ...(this.#wantsLabels && labels ? { labels } : {}),
      ...(origins ? { origins } : {}),
      ...(begins ? { begins } : {}),
    };
    const sent = { samples, tensors: Object.fromEntries(tensors), ...told };
    this.#post({ kind: 'feed', feed: sent, batch, number }, ownBuffers(sent));
  }

  /** Waits until all that was sent has run, or was passed over. */
  async idle(): Promise<void> {
    await this.#until(() => this.#onTheWay === 0);
  }

  /** Asks the worker to pass over what waits before it, for it is to save. */
  hurry(): void {
    Atomics.compareExchange(this.#stop, 0, 0, 2);
  }

  /** Writes the moments found so far into a file. */
  async save(file: string): Promise<WorkerState> {
    this.#saved = undefined;
    this.#post({ kind: 'save', file });
    await this.#until(() => this.#saved !== undefined);
    if (!this.#saved) throw new Error('a worker said that it has saved, and nothing of what');
    return { file, state: this.#saved };
  }

  /** What has been found so far. */
  async look(): Promise<readonly FoundBy[T['kind']][]> {
    this.#seen = undefined;
    this.#post({ kind: 'look' });
    await this.#until(() => this.#seen !== undefined);
    return this.#seen ?? [];
  }

  /** There once `finish` is through. */
  get remarks(): Remarks {
    return this.#remarks;
  }

  /** Waits for all batches and fetches the result. */
  async finish(): Promise<readonly FoundBy[T['kind']][]> {
    this.#post({ kind: 'end' });
    await this.#until(() => this.#found !== undefined);
    return this.#found ?? [];
  }

  /**
   * Asks the worker to end before its next batch, and waits for that, at most `grace` milliseconds. A worker that
   * is inside a native call by then ends by itself when the call returns.
   */
  async stop(grace: number): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    this.#post({ kind: 'end' });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    await Promise.race([this.exited, patience]);
    clearTimeout(timer);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
  }

  #hear(message: FromWorker<FoundBy[T['kind']]>): void {
    if (message.kind === 'opened')
      this.#events.onOpened(message.provider, message.notice, message.accumulates);
    if (message.kind === 'ran') {
      this.#onTheWay--;
      this.#events.onBatch(message, this.#numbers.shift() ?? 0, message.buffers);
    }
    if (message.kind === 'passedOver') {
      this.#onTheWay--;
      this.#numbers.shift();
    }
    if (message.kind === 'saved') this.#saved = message.state;
    if (message.kind === 'seen') this.#seen = message.layers;
    if (message.kind === 'steppedDown') this.#events.onStepDown(message.step);
    if (message.kind === 'found') {
      const { kind, layers, ...remarks } = message;
      this.#found = layers;
      this.#remarks = remarks;
    }
    if (message.kind === 'failed') this.#fail(revived(message));
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject(error);
    this.#wake();
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

/** The task with models whose buffers may be transferred. */
function withOwnLifts(task: Task): { task: Task; buffers: ArrayBuffer[] } {
  if (task.kind !== 'moments' || !task.lifts) return { task, buffers: [] };
  const lifts = task.lifts.map((lift) => ({ ...lift, bytes: transferable(lift.bytes) }));
  return { task: { ...task, lifts }, buffers: lifts.map(({ bytes }) => bytes.buffer) };
}

function revived({ userError, message, stack }: Extract<FromWorker<never>, { kind: 'failed' }>): Error {
  const error = userError ? new UserError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function crash(error: unknown): Error {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new UserError('memory ran out in the inference thread: take a smaller --batch');
  }
  return new Error(`the inference thread failed: ${messageOf(error)}`, { cause: error });
}
