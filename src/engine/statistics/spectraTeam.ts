import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { MatrixProduct } from '../matrixProduct.js';
import { type InnerTask, innerSpectra } from './innerSpectra.js';
import type { SpectraReply } from './spectraThread.js';

/** Eigenvalues cost about order³ operations; below this sum of them, workers take longer to start than to work. */
const WORTH_A_WORKER = 1000 ** 3;

/** Computes the spectra of layers that were measured at their inputs: side by side, where there is enough to do. */
export interface SpectraTeam {
  /** @param task is asked for as soon as someone is free: matrices that wait would fill the memory. */
  spectra(task: () => InnerTask): Promise<readonly Float64Array[]>;
  close(): Promise<void>;
}

/** @param orders of the matrices of all tasks to come. */
export function spectraTeam(orders: readonly number[]): SpectraTeam {
  const cost = orders.reduce((sum, order) => sum + order ** 3, 0);
  const size = Math.min(availableParallelism(), orders.length);
  return cost < WORTH_A_WORKER || size < 2 ? new Alone() : new Team(size);
}

/** In this thread, one task after the other. */
class Alone implements SpectraTeam {
  #product: Promise<MatrixProduct> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  spectra(task: () => InnerTask): Promise<readonly Float64Array[]> {
    this.#product ??= MatrixProduct.open();
    const product = this.#product;
    const next = this.#last.then(async () => innerSpectra(await product, task()));
    this.#last = next.catch(() => {});
    return next;
  }

  async close(): Promise<void> {
    await this.#last;
    await (await this.#product)?.release();
  }
}

class Team implements SpectraTeam {
  readonly #workers: readonly Worker[];
  /** Each ends with its worker, whatever became of it. */
  readonly #exited: readonly Promise<void>[];
  readonly #free: Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor(size: number) {
    this.#workers = Array.from(
      { length: size },
      () => new Worker(new URL('./spectraThread.js', import.meta.url), { execArgv: [] }),
    );
    this.#exited = this.#workers.map(
      (worker) => new Promise((resolve) => void worker.once('exit', () => resolve())),
    );
    this.#free = [...this.#workers];
  }

  async spectra(task: () => InnerTask): Promise<readonly Float64Array[]> {
    const worker =
      this.#free.pop() ?? (await new Promise<Worker>((resolve) => void this.#waiting.push(resolve)));
    try {
      const wanted = task();
      // `once` also rejects on the worker's `error` event.
      const answer = once(worker, 'message');
      worker.postMessage(wanted, [wanted.covariance.values.buffer as ArrayBuffer]);
      const [reply] = (await answer) as [SpectraReply];
      if ('error' in reply) throw reply.error;
      return reply.spectra;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#free.push(worker);
    }
  }

  /** Lets the workers end by themselves: inside ONNX Runtime they may not be terminated. */
  async close(): Promise<void> {
    for (const worker of this.#workers) worker.postMessage('end');
    await Promise.all(this.#exited);
  }
}
