import { instantiate, type Kernel, reserve } from './kernelInstance.js';
import { fillTiles, type KernelLayout, layoutOf, readReflections } from './kernelLayout.js';
import { gather, type Helper } from './kernelTeam.js';
import { type Reduction, reduceToTridiagonal, type Tridiagonal } from './tridiagonal.js';

/** Below this order the plain reduction takes less than a millisecond. */
const WORTH_THE_KERNEL = 48;
/** Below this order threads wait for each other longer than they save. */
export const WORTH_A_TEAM = 768;
/** Memory of more bytes is given up after use. */
const KEPT = 2 ** 24;

let kept: Kernel | undefined;
let helpers: readonly Helper[] = [];

/** Lets other threads take part in the reductions of this one, while `work` runs. */
export function withHelpers<T>(others: readonly Helper[], work: () => T): T {
  helpers = others;
  try {
    return work();
  } finally {
    helpers = [];
  }
}

/** The reduction by the WebAssembly kernel, or by plain JavaScript where small, too large or not to be had. */
export const reduceFast: Reduction = (matrix, order) =>
  (order >= WORTH_THE_KERNEL ? reduceWithKernel(matrix, order) : undefined) ??
  reduceToTridiagonal(matrix, order);

/**
 * What `reduceToTridiagonal` does, to within rounding, by the kernel in assembly/. The number of threads makes no
 * difference to any digit.
 *
 * @returns undefined where the engine cannot run it or has no memory for it: order²/2 elements and a little more.
 *   The matrix is then as it was.
 */
export function reduceWithKernel(matrix: Float64Array, order: number): Tridiagonal | undefined {
  const ready = prepare(order);
  if (ready === undefined) return undefined;
  const { kernel, layout } = ready;
  const elements = new Float64Array(kernel.memory.buffer);
  fillTiles(elements, layout.tiles / 8, matrix, order);
  ready.run();
  readReflections(elements, layout.tiles / 8, matrix, order);
  const stride = layout.chunks * 4;
  const [diagonal, offDiagonal, halfNorms] = [0, 1, 2].map((index) => {
    const start = layout.output / 8 + index * stride;
    return elements.slice(start, start + order);
  });
  // Which the kernel does not write.
  if (order > 0) offDiagonal[order - 1] = 0;
  if (order > 0) halfNorms[0] = 0;
  if (layout.bytes > KEPT) kept = undefined;
  return { diagonal, offDiagonal, halfNorms };
}

function prepare(order: number): { kernel: Kernel; layout: KernelLayout; run: () => void } | undefined {
  try {
    if (order >= WORTH_A_TEAM && helpers.length > 0) return gather(order, helpers);
    const layout = layoutOf(order, 1);
    kept ??= instantiate();
    const kernel = kept;
    reserve(kernel, layout.bytes);
    return { kernel, layout, run: () => kernel.run(order, layout, 0, 1) };
  } catch (error) {
    // What engines without threads or SIMD throw, and what too large a memory is answered with.
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) return undefined;
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
