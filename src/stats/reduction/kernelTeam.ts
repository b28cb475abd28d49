import { instantiate, type Kernel, reserve } from './kernelInstance.js';
import { type KernelLayout, layoutOf } from './kernelLayout.js';

/** What a thread needs to know to take part in a reduction; can be sent to it as a message. */
export interface SharedReduction {
  readonly memory: WebAssembly.Memory;
  readonly order: number;
  /** Threads at most, the one that asked for help included. */
  readonly threads: number;
}

/** Hands a reduction to another thread, which calls `takePart`; returns at once. */
export type Helper = (reduction: SharedReduction) => void;

/** The kernel's products come in four parts. */
export const MOST_THREADS = 4;
/** Milliseconds to wait for helpers: one that is still starting or busy is left behind. */
const PATIENCE = 500;
/** Behind the barrier's two words: helpers that have joined, CLOSED afterwards; and threads, 0 until decided. */
const [JOINED, THREADS] = [2, 3];
const CLOSED = -1;

/** A kernel and layout for this thread and its helpers, and how to run them. */
export interface Team {
  readonly kernel: Kernel;
  readonly layout: KernelLayout;
  /** Call once the tiles are filled. */
  run(): void;
}

/** @throws what `instantiate` and `reserve` throw. */
export function gather(order: number, helpers: readonly Helper[]): Team {
  const threads = Math.min(MOST_THREADS, helpers.length + 1);
  const layout = layoutOf(order, threads);
  // A memory of its own: a helper that comes late finds it closed, not in use for something else.
  const kernel = instantiate();
  reserve(kernel, layout.bytes);
  for (const helper of helpers.slice(0, threads - 1)) helper({ memory: kernel.memory, order, threads });
  return {
    kernel,
    layout,
    run() {
      const words = new Int32Array(kernel.memory.buffer);
      const until = performance.now() + PATIENCE;
      for (let joined = 0; joined < threads - 1; joined = Atomics.load(words, JOINED)) {
        const left = until - performance.now();
        if (left <= 0 || Atomics.wait(words, JOINED, joined, left) === 'timed-out') break;
      }
      const present = Atomics.exchange(words, JOINED, CLOSED) + 1;
      Atomics.store(words, THREADS, present);
      Atomics.notify(words, THREADS);
      kernel.run(order, layout, 0, present);
    },
  };
}

/** Does a helper's share of a reduction, and returns when that is done, or at once where it has begun without. */
export function takePart({ memory, order, threads }: SharedReduction): void {
  const kernel = instantiate(memory);
  const words = new Int32Array(memory.buffer);
  let joined = Atomics.load(words, JOINED);
  for (;;) {
    if (joined === CLOSED) return;
    const found = Atomics.compareExchange(words, JOINED, joined, joined + 1);
    if (found === joined) break;
    joined = found;
  }
  Atomics.notify(words, JOINED);
  Atomics.wait(words, THREADS, 0);
  kernel.run(order, layoutOf(order, threads), joined + 1, Atomics.load(words, THREADS));
}
