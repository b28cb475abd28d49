import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, type WorkerOptions } from 'node:worker_threads';

export { MessageChannel, type MessagePort };

interface Started {
  readonly parentPort: MessagePort;
  readonly workerData: unknown;
}

/** What each thread was started with, by its number. */
const started: Started[] = [];

export const startOf = (thread: number): Started => started[thread];

/**
 * A worker whose code runs in this thread: faults are put into what this one has loaded, and are switched on here. What it
 * is sent it gets as a copy, and what is transferred is gone here, as with any other.
 */
export class Worker extends EventEmitter {
  readonly #port: MessagePort;

  constructor(url: URL, { workerData, transferList = [] }: WorkerOptions = {}) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (message) => this.emit('message', message));
    port1.once('close', () => this.emit('exit', 0));
    const data = structuredClone(workerData, { transfer: [...transferList] as ArrayBuffer[] });
    const number = started.push({ parentPort: port2, workerData: data }) - 1;
    const source = fileURLToPath(url).replace(/\.js$/, '.ts');
    import(`${source}?thread=${number}`).catch((error: unknown) => {
      this.emit('error', error);
      port2.close();
    });
  }

  postMessage(message: unknown, transfer: readonly (ArrayBuffer | MessagePort)[] = []): void {
    this.#port.postMessage(message, [...transfer]);
  }

  async terminate(): Promise<void> {
    this.#port.close();
  }
}
