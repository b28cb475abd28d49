import {
  type PoolRunnerInitializer,
  type PoolWorker,
  ThreadsPoolWorker,
  type WorkerRequest,
} from 'vitest/node';

type Listener = (message: unknown) => void;

/** What a thread holds grows with every run; then another one takes its place. */
const MOST_RUNS = 100;

let kept: { readonly thread: ThreadsPoolWorker; runs: number } | undefined;

/**
 * A thread of Vitest that outlives a run of tests. Stryker runs Vitest once a fault; starting a thread and loading what
 * the tests import would take ten times as long as most of these runs.
 */
class KeptThread implements PoolWorker {
  readonly name = 'kept';
  readonly #options: ConstructorParameters<typeof ThreadsPoolWorker>[0];
  readonly #listeners: [event: string, listener: Listener][] = [];

  constructor(options: ConstructorParameters<typeof ThreadsPoolWorker>[0]) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (kept && kept.runs++ < MOST_RUNS) return;
    await kept?.thread.stop();
    kept = { thread: new ThreadsPoolWorker(this.#options), runs: 1 };
    await kept.thread.start();
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    kept?.thread.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    kept?.thread.off(event, listener);
  }

  send(message: WorkerRequest): void {
    // After the first test that fails Vitest stops what runs elsewhere; here that would be the tests of the next fault.
    if ('m' in message && message.m === 'onCancel') return;
    if (message.type !== 'stop') {
      kept?.thread.send(message);
      return;
    }
    for (const [event, listener] of this.#listeners) {
      if (event === 'message') listener({ type: 'stopped', __vitest_worker_response__: true });
    }
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners) kept?.thread.off(event, listener);
  }

  deserialize(data: unknown): unknown {
    return data;
  }
}

export const keptThread: PoolRunnerInitializer = {
  name: 'kept',
  createPoolWorker: (options) => new KeptThread(options),
};
