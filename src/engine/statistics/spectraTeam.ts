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
export async function spectraTeam(orders: readonly number[]): Promise<SpectraTeam> {
  const cost = orders.reduce((sum, order) => sum + order ** 3, 0);
  const size = Math.min(availableParallelism(), orders.length);
  return cost < WORTH_A_WORKER || size < 2 ? alone() : new Team(size);
}

async function alone(): Promise<SpectraTeam> {
  const product = await MatrixProduct.open();
  let last: Promise<unknown> = Promise.resolve();
  return {
    spectra(task) {
      const next = last.then(() => innerSpectra(product, task()));
      last = next.catch(() => {});
      return next;
    },
    close: () => product.release(),
  };
}

class Team implements SpectraTeam {
  readonly #workers: readonly Worker[];
  readonly #free: Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor(size: number) {
    this.#workers = Array.from(
      { length: size },
      () => new Worker(new URL('./spectraThread.js', import.meta.url), { execArgv: [] }),
    );
    this.#free = [...this.#workers];
  }

  async spectra(task: () => InnerTask): Promise<readonly Float64Array[]> {
    const worker =
      this.#free.pop() ?? (await new Promise<Worker>((resolve) => void this.#waiting.push(resolve)));
    try {
      const wanted = task();
      worker.postMessage(wanted, [wanted.covariance.values.buffer as ArrayBuffer]);
      // `once` also rejects on the worker's `error` event.
      const [reply] = (await once(worker, 'message')) as [SpectraReply];
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
    const ended = this.#workers.map((worker) => once(worker, 'exit'));
    for (const worker of this.#workers) worker.postMessage('end');
    await Promise.all(ended);
  }
}
