import type { KernelLayout } from './kernelLayout.js';
import { KERNEL_CODE } from './tridiagonalKernelCode.js';

const PAGE = 65_536;

/** The compiled kernel over a memory, which several threads may share. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** One thread's share of a reduction; returns when all of `threads` have done theirs. */
  run(order: number, layout: KernelLayout, thread: number, threads: number): void;
}

/** @throws what an engine without SIMD, threads or so much memory throws. */
export function instantiate(
  memory = new WebAssembly.Memory({ initial: 1, maximum: PAGE, shared: true }),
): Kernel {
  const code = Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  const reduce = exports.reduce as (...sizesAndAddresses: number[]) => void;
  return {
    memory,
    run(order, { tiles, partials, output, barrier, own }, thread, threads) {
      const { panel, vector, weights } = own[thread];
      reduce(order, thread, threads, tiles, panel, vector, weights, partials, output, barrier);
    },
  };
}

/** Makes room for a layout. @throws RangeError where there is none. */
export function reserve({ memory }: Kernel, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  if (missing > 0) memory.grow(missing);
}
