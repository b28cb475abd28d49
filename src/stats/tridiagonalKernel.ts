import { type Reduction, reduceToTridiagonal, type Tridiagonal } from './tridiagonal.js';
import { KERNEL_CODE } from './tridiagonalKernelCode.js';

/** Below this order the plain reduction takes less than a millisecond. */
const WORTH_THE_KERNEL = 48;
const PAGE = 65_536;
/** Memory beyond so many bytes is given up after use. */
const KEPT = 256 * PAGE;

interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly reduce: (...sizesAndAddresses: number[]) => void;
}

let kernel: Kernel | undefined;

/** The reduction by the WebAssembly kernel, or by plain JavaScript where small, too large or not to be had. */
export const reduceFast: Reduction = (matrix, order) =>
  (order >= WORTH_THE_KERNEL ? reduceWithKernel(matrix, order) : undefined) ??
  reduceToTridiagonal(matrix, order);

/**
 * What `reduceToTridiagonal` does, to within rounding, by the kernel in assembly/.
 *
 * @returns undefined where the engine cannot run it or has no memory for it: order²/2 elements and a little more.
 *   The matrix is then as it was.
 */
export function reduceWithKernel(matrix: Float64Array, order: number): Tridiagonal | undefined {
  const layout = layoutOf(order);
  const ready = kernelWith(layout.bytes);
  if (ready === undefined) return undefined;
  const elements = new Float64Array(ready.memory.buffer);
  fillTiles(elements, layout.tiles / 8, matrix, order);
  const { tiles, panel, vector, weights, partials, output, barrier } = layout;
  ready.reduce(order, 0, 1, tiles, panel, vector, weights, partials, output, barrier);
  readReflections(elements, layout.tiles / 8, matrix, order);
  const stride = layout.chunks * 4;
  const [diagonal, offDiagonal, halfNorms] = [0, 1, 2].map((index) => {
    const start = output / 8 + index * stride;
    return elements.slice(start, start + order);
  });
  // Which the kernel does not write.
  if (order > 0) offDiagonal[order - 1] = 0;
  if (order > 0) halfNorms[0] = 0;
  if (layout.bytes > KEPT) kernel = undefined;
  return { diagonal, offDiagonal, halfNorms };
}

/** Where the kernel finds what, in bytes. See assembly/ for what each part is. */
function layoutOf(order: number) {
  const chunks = Math.ceil(order / 4);
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 128) * 128;
    return start;
  };
  const barrier = take(8);
  const tiles = take(64 * chunks * (chunks + 1));
  const panel = take(1024 * chunks);
  const vector = take(32 * chunks);
  const weights = take(512);
  const partials = take(8 * 32 * chunks);
  const output = take(3 * 32 * chunks);
  return { chunks, barrier, tiles, panel, vector, weights, partials, output, bytes: end };
}

/** The kernel with at least so much memory; undefined where there is none to be had. */
function kernelWith(bytes: number): Kernel | undefined {
  try {
    kernel ??= instantiate();
    const missing = Math.ceil((bytes - kernel.memory.buffer.byteLength) / PAGE);
    if (missing > 0) kernel.memory.grow(missing);
    return kernel;
  } catch (error) {
    // What engines without threads or SIMD throw, and what too large a memory is answered with.
    if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) return undefined;
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function instantiate(): Kernel {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: PAGE, shared: true });
  const code = Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  return { memory, reduce: exports.reduce as Kernel['reduce'] };
}

/** Copies the lower triangle into 4 × 4 tiles; those on the diagonal whole, and zeros beyond the last row. */
function fillTiles(elements: Float64Array, tiles: number, matrix: Float64Array, order: number): void {
  const rows = Math.ceil(order / 4) * 4;
  for (let i = 0; i < rows; i++) {
    const chunk = i >> 2;
    const target = tiles + 8 * chunk * (chunk + 1) + (i & 3) * 4;
    const columns = 4 * chunk;
    for (let j = 0; j < columns; j++) {
      elements[target + (j >> 2) * 16 + (j & 3)] = i < order ? matrix[i * order + j] : 0;
    }
    for (let j = columns; j < columns + 4; j++) {
      const inside = i < order && j < order;
      const value = inside ? matrix[j <= i ? i * order + j : j * order + i] : 0;
      elements[target + chunk * 16 + (j & 3)] = value;
    }
  }
}

/** Copies the reflections, which the kernel leaves as rows in the place of a chunk's tiles, into the lower triangle. */
function readReflections(elements: Float64Array, tiles: number, matrix: Float64Array, order: number): void {
  for (let k = 1; k < order; k++) {
    const chunk = k >> 2;
    const start = tiles + 8 * chunk * (chunk + 1) + (k & 3) * 4 * (chunk + 1);
    matrix.set(elements.subarray(start, start + k), k * order);
  }
}
